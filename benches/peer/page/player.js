// The page: rrweb's own replayer with the options that PostHog's headless player gives it, fitted into the window.
// Bundled and served by render.mjs; it has no clock of its own, puppeteer-capture injects one.

import { Replayer } from 'rrweb';
import style from 'rrweb/dist/style.css';

const SURROUND = '#1d1f27';

const sheet = document.createElement('style');
sheet.textContent = `${style}
  html, body { margin: 0; overflow: hidden; background: ${SURROUND}; }
  .replayer-wrapper > iframe { border: none; background: #fff; }`;
document.head.append(sheet);

/** Scales the replayed window into the page's and centres it. */
function fit(wrapper, { width, height }) {
  const scale = Math.min(window.innerWidth / width, window.innerHeight / height);
  const left = (window.innerWidth - width * scale) / 2;
  const top = (window.innerHeight - height * scale) / 2;
  wrapper.style.cssText = `position: absolute; transform-origin: 0 0; transform: translate(${left}px, ${top}px) scale(${scale})`;
}

window.peer = {
  async load() {
    const events = await (await fetch('/events.json')).json();
    const replayer = new Replayer(events, {
      root: document.body,
      triggerFocus: false,
      UNSAFE_replayCanvas: false,
      useVirtualDom: false,
      // PostHog's default is a tail; without it the peer has less to draw.
      mouseTail: false,
      skipInactive: false,
      speed: 1,
      showWarning: false,
    });
    replayer.on('resize', (size) => { fit(replayer.wrapper, size); });
    window.peer.play = () => { replayer.play(); };
  },
};
