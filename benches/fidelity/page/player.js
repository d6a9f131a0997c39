// The page: rrweb's own replayer, which truth.mjs has put into the window as `rrweb`, paused at a session time. Its
// clock is the browser's own.

/** In milliseconds. The replayer draws its first picture by timers of 0 and 1. */
const FIRST_PICTURE = 50;
/** How often the page is looked at until nothing is under way. */
const LOOKS = 40;

let recording = '';
let shown = null;

/** Places the replayed window as the program places it in its canvas. */
function place(wrapper, { width, height }) {
  const fitted = Math.min(window.innerWidth / width, window.innerHeight / height);
  const scale = Math.abs(fitted - 1) < 2 / Math.max(width, height) ? 1 : fitted;
  const beside = (room) => Math.max(0, Math.floor(room / 2));
  const left = beside(window.innerWidth - width * scale);
  const top = beside(window.innerHeight - height * scale);
  wrapper.style.cssText = `position: absolute; transform-origin: 0 0; overflow: hidden; width: ${width}px; height: ${height}px;
    transform: translate(${left}px, ${top}px) scale(${scale})`;
}

const delay = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });

/** The replayed document and those of the frames in it. */
function documentsIn(iframe) {
  const inner = iframe?.contentDocument;
  return inner ? [inner, ...[...inner.querySelectorAll('iframe')].flatMap(documentsIn)] : [];
}

const isEndless = (animation) => animation.effect?.getComputedTiming().endTime === Infinity;
const isUnderWay = (animation) => animation.playState === 'running';

const animationsIn = (iframe) => documentsIn(iframe).flatMap((inner) => inner.getAnimations());

/** Waits for fonts and images, and puts every animation and transition that ends at its end. Says how many ended so,
 * and how many are endless. */
async function settle(iframe) {
  let ended = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    await frame();
    await frame();
    const inner = documentsIn(iframe);
    await Promise.all(inner.map(({ fonts }) => fonts.ready));
    await Promise.all(inner.flatMap(({ images }) => [...images].map((image) => image.decode().catch(() => undefined))));
    const ending = animationsIn(iframe).filter((animation) => isUnderWay(animation) && !isEndless(animation));
    if (ending.length === 0) break;
    for (const animation of ending) animation.finish();
    ended += ending.length;
  }
  return { ended, endless: animationsIn(iframe).filter(isEndless).length };
}

/** Animations stand still for the picture. */
function freeze(iframe) {
  for (const animation of animationsIn(iframe)) animation.pause();
}

/** Where the program shows what rrweb's player cannot (labels, canvases): their boxes in the window, in pixels. */
function boxesOfOurs(iframe) {
  const inWindow = (inner) => [...inner.querySelectorAll('canvas, video, audio, object, embed, iframe')]
    .filter((element) => !(element.localName === 'iframe' && element.contentDocument?.body?.hasChildNodes()))
    .map((element) => boxOf(element));
  return documentsIn(iframe).flatMap(inWindow).filter(({ width, height }) => width > 0 && height > 0);
}

/** An element's box in our window, through all the frames that it is in. */
function boxOf(element) {
  let { left, top, width, height } = element.getBoundingClientRect();
  for (let frame = element.ownerDocument.defaultView.frameElement; frame; frame = frame.ownerDocument.defaultView.frameElement) {
    const outer = frame.getBoundingClientRect();
    const scale = outer.width / frame.offsetWidth;
    [left, top, width, height] = [outer.left + left * scale, outer.top + top * scale, width * scale, height * scale];
  }
  return { left, top, width, height };
}

/** A new replayer, paused this many milliseconds after the first event. */
async function jump(time) {
  if (shown) {
    shown.destroy();
    document.body.replaceChildren();
  }
  shown = new window.rrweb.Replayer(JSON.parse(recording), {
    root: document.body,
    mouseTail: false,
    showWarning: false,
    // The shortcut that jumps take by it loses rules of style sheets.
    useVirtualDom: false,
    // Else what fades in stays invisible as long as the replay is paused.
    pauseAnimation: false,
    // The caret blinks by the browser's clock.
    insertStyleRules: ['* { caret-color: transparent !important; }'],
  });
  shown.on('resize', (size) => { place(shown.wrapper, size); });
  await delay(FIRST_PICTURE);
  shown.pause(time);
  return settle(shown.iframe);
}

window.truth = {
  load(events, surround) {
    recording = events;
    document.body.style.cssText = `margin: 0; overflow: hidden; background: ${surround}`;
  },

  async show(time) {
    const animations = await jump(time);
    freeze(shown.iframe);
    return { animations, ours: boxesOfOurs(shown.iframe) };
  },

  /** The same moment, reached by playing from `begin` on. */
  async play(begin, time) {
    await jump(begin);
    shown.play(begin);
    while (shown.getCurrentTime() < time) await frame();
    shown.pause();
    freeze(shown.iframe);
  },
};
