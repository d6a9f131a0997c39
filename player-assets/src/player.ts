// The replay itself: rrweb's replayer, with its timer driven by our clock, one session time after the other.

import { clock, realNow } from './clock';
import { Replayer } from 'rrweb';
import type { addedNodeMutation, eventWithTime, fullSnapshotEvent, incrementalSnapshotEvent } from '@rrweb/types';
import { EventType, IncrementalSource } from '@rrweb/types';
import { Animations } from './animations';
import { BACKDROP_RULE, Backdrops } from './backdrops';
import { Contents } from './contents';
import type { Advance, Fence, Problems, Size, StartOptions } from './contract';
import { defineElements } from './custom_elements';
import { withDoctype } from './doctype';
import { EditedFields } from './edited_fields';
import { Focus } from './focus';
import { Fonts } from './fonts';
import { AdaptedRules } from './adapted_rules';
import { INNER_PARTS_RULE } from './inner_parts';
import { buildFormulas } from './mathml';
import { MOVING_LAYER_RULE } from './moving_layers';
import { playable } from './playable';
import { Pointer } from './pointer';
import { ProblemList } from './problems';
import { Readiness } from './readiness';
import { Roots } from './roots';
import { Scrolling } from './scrolling';
import { ShadowRules } from './shadow_rules';
import { Skipping } from './skipping';
import { REPLAYED_PAGE_RULES, Stage } from './stage';
import { switchSheets } from './switched_sheets';
import { buildTextPaths } from './text_paths';
import { VisibleContent } from './visible_content';

/** Something that rrweb wants to do at a replay time. */
interface ReplayAction {
  delay: number;
  doAction: () => void;
}

/** rrweb's timer, as far as we take it over: what is to be done, sorted by delay. */
interface ReplayTimer {
  actions: ReplayAction[];
  timeOffset: number;
  raf: number | true | null;
  start(): void;
}

/** What we use of the replayer's inside. */
interface BuildingReplayer {
  rebuildFullSnapshot(event: fullSnapshotEvent, isSync?: boolean): void;
  applyIncremental(event: incrementalSnapshotEvent & { timestamp: number }, isSync: boolean): void;
  attachDocumentToIframe(mutation: addedNodeMutation, frame: HTMLIFrameElement): void;
}

/** Replay time before the start: rrweb draws its first picture by timers of 0 and 1 ms. */
const LEAD_IN = -10;

/** How long one call goes on, in real milliseconds: hours of a recording can lie before the next frame. */
const CALL_PATIENCE = 1000;
const INCOMPLETE = 'the page was drawn before all of it had loaded';

/** For the replayed documents. */
const OUR_RULES = [...REPLAYED_PAGE_RULES, BACKDROP_RULE, MOVING_LAYER_RULE, INNER_PARTS_RULE];

export class Player {
  private readonly problemList = new ProblemList();
  private readonly shadowRules = new ShadowRules(OUR_RULES);
  private readonly roots: Roots = new Roots(document, this.problemList.blocked, (view) => {
    buildFormulas(view);
    buildTextPaths(view);
    this.shadowRules.prepare(view);
    this.adaptedRules.prepare(view);
  });
  private readonly adaptedRules = new AdaptedRules(this.roots);
  private readonly animations = new Animations(this.roots);
  private readonly backdrops = new Backdrops(this.roots, this.shadowRules, (style) => this.replayer.getMirror().hasNode(style));
  private readonly readiness: Readiness;
  private readonly fonts = new Fonts(this.roots);
  private readonly visibleContent = new VisibleContent(this.roots);
  private readonly scrolling = new Scrolling(this.problemList.warn);
  private readonly focus = new Focus();
  private readonly editedFields = new EditedFields();
  private readonly contents = new Contents(this.problemList.warn);
  private readonly skipping: Skipping;
  private readonly replayer: Replayer;
  private readonly timer: ReplayTimer;
  private readonly stage: Stage;
  private readonly pointer: Pointer;
  /** The replayed window's size; a window without one keeps that it had. */
  private viewport: Size = { width: 0, height: 0 };
  /** Session time of the window's first event. */
  private readonly offset: number;
  /** The same as epoch time. */
  private readonly begun: number;
  /** Whether the action under way may be seen; `applied` clears it for events that draw nothing. */
  private actionVisible = false;
  /** Whether anything that can be seen may have changed since this was told. */
  private changed = false;
  private structureChanged = true;
  /** Whether there is a document that has not been looked at, and one whose needs have not been waited for. */
  private documentChanged = true;
  private documentBuilt = false;
  /** Whether the page had been there for a while when it was recorded. */
  private pageIsOld = false;

  constructor(events: eventWithTime[], options: StartOptions) {
    const begun = playable(events);
    this.readiness = new Readiness(this.roots, options.patience, this.contents);
    this.offset = begun - options.sessionStart;
    this.begun = begun;
    this.skipping = new Skipping(events);
    clock.begin(LEAD_IN, begun, this.failed);
    for (const event of events) {
      this.scrolling.note(event, event.timestamp - begun);
      this.contents.note(event);
      this.focus.note(event);
    }

    this.stage = new Stage(options);
    const quiet = { log: () => undefined, warn: this.problemList.warn };
    this.replayer = new Replayer(events, {
      root: this.stage.root,
      useVirtualDom: false,
      UNSAFE_replayCanvas: false,
      mouseTail: false,
      triggerFocus: false,
      showWarning: true,
      insertStyleRules: OUR_RULES,
      plugins: [this.contents.plugin, this.scrolling.plugin, this.readiness.plugin],
      logger: quiet as unknown as typeof console,
    });
    this.timer = takeOverTimer(this.replayer);
    this.pointer = new Pointer(this.replayer);
    // It would stop and restart the replay for a stylesheet that is late; we wait for those ourselves.
    Object.assign(this.replayer, { waitForStylesheetLoad: () => undefined });
    this.roots.refresh(this.replayer.iframe);
    this.prepareBuilding();
    this.replayer.on('resize', (size) => { this.resized(size as Size); });
    this.replayer.on('event-cast', (event) => { this.applied(event as eventWithTime); });
  }

  /** What must be done before rrweb builds a document. */
  private prepareBuilding(): void {
    const inside = this.replayer as unknown as BuildingReplayer;
    const applyIncremental = inside.applyIncremental.bind(inside);
    inside.applyIncremental = (event, isSync) => { if (!this.skipping.has(event)) applyIncremental(event, isSync); };
    const rebuildFullSnapshot = inside.rebuildFullSnapshot.bind(inside);
    inside.rebuildFullSnapshot = (event, isSync) => {
      if (this.skipping.has(event as eventWithTime)) return;
      this.scrolling.begin(event);
      // A recorder counts from 1 in each page, and goes on counting when it records a page again.
      this.pageIsOld = event.data.node.id > 1;
      // They would stay: rrweb builds each page in the document of the one before.
      const page = this.replayer.iframe.contentDocument;
      if (page) page.adoptedStyleSheets = [];
      const node = page ? withDoctype(page, event.data.node) : event.data.node;
      rebuildFullSnapshot({ ...event, data: { ...event.data, node } }, isSync);
    };
    const attachDocumentToIframe = inside.attachDocumentToIframe.bind(inside);
    inside.attachDocumentToIframe = (mutation, frame) => {
      if (frame.contentWindow) this.roots.prepare(frame.contentWindow as Window & typeof globalThis);
      const node = frame.contentDocument ? withDoctype(frame.contentDocument, mutation.node) : mutation.node;
      // A document that was opened again keeps its id, by which rrweb would take it for built.
      const mirror = this.replayer.getMirror();
      const built = mirror.getNode(node.id);
      if (built && 'childNodes' in node && !node.childNodes.every(({ id }) => mirror.has(id))) mirror.removeNodeFromMap(built);
      attachDocumentToIframe({ ...mutation, node }, frame);
    };
  }

  /** Draws the first picture and begins to play. */
  async start(): Promise<void> {
    clock.moveTo(0);
    // Selections look as they do in the window that somebody uses.
    this.replayer.iframe.contentWindow?.focus();
    this.replayer.play(0);
    // Before anything can load or be refused.
    this.followStructure();
    this.animations.adopt(0, this.pageIsOld);
    this.documentBuilt = true;
    await this.waitUntilReady();
    this.documentBuilt = false;
    while (!(await this.moveTo(0)));
    this.changed = false;
  }

  async advance(sessionTime: number, fence?: Fence): Promise<Advance> {
    const arrived = await this.moveTo(sessionTime - this.offset);
    const changed = arrived && this.changed;
    if (changed) {
      this.changed = false;
      if (fence !== undefined) this.paintFence(fence);
    }
    return { arrived, changed, quietUntil: this.quietUntil(), fit: this.stage.fitted, pointer: this.pointer.take(this.offset) };
  }

  async settle(): Promise<number | null> {
    if ((await this.readiness.wait()) === 'in vain') this.problemList.warn(INCOMPLETE);
    this.takeOverLate();
    return this.quietUntil();
  }

  async pass(sessionTimes: number[]): Promise<number> {
    const begun = realNow();
    let passed = 0;
    for (const time of sessionTimes) {
      const quietUntil = this.quietUntil();
      if (quietUntil !== null && time >= quietUntil && !(await this.moveTo(time - this.offset))) break;
      passed += 1;
      // What it does not see coming is taken over at the same frame as by those who look at each.
      if (this.readiness.takeUnseen() || realNow() - begun > CALL_PATIENCE) break;
    }
    this.changed = false;
    return passed;
  }

  conceal(concealed: boolean, fence?: Fence): void {
    this.stage.conceal(concealed);
    if (fence !== undefined) this.paintFence(fence);
  }

  paintFence(fence: Fence): void {
    this.stage.paintFence(fence);
  }

  problems(): Problems {
    this.lookAround();
    return { ...this.problemList.list(), fonts: this.fonts.missing(), visible: this.visibleContent.found };
  }

  /** Moves to a replay time and waits until it can be drawn. Resolves to false when it stops on the way, for another call. */
  private async moveTo(until: number): Promise<boolean> {
    const begun = realNow();
    this.skipping.decide(clock.now + this.begun, until + this.begun);
    for (let next = this.nextMoment(); next <= until; next = this.nextMoment()) {
      if (this.step(next)) this.changed = true;
      // What a new page loads counts from then on, not from the frame that is wanted.
      if (this.documentBuilt) await this.waitUntilReady();
      this.documentBuilt = false;
      if (realNow() - begun > CALL_PATIENCE) return false;
    }
    clock.moveTo(until);
    this.timer.timeOffset = until;
    if (clock.runAnimationFrames() > 0) this.changed = true;
    if (this.scrolling.move(until)) this.changed = true;
    if (this.animations.move(until)) this.changed = true;
    // At once: what arrives while contents are prepared would not count as late.
    if (this.changed) await this.waitUntilReady();
    if (await this.contents.show(until)) {
      this.changed = true;
      await this.waitUntilReady();
    }
    if (!this.changed) return true;
    this.contents.loaded();
    if (this.documentChanged) this.lookAround();
    return true;
  }

  /** Looks at a document once that is laid out and ready to be drawn. */
  private lookAround(): void {
    this.documentChanged = false;
    try {
      this.fonts.look();
      this.visibleContent.look();
    } catch (error) {
      this.problemList.warn('a document could not be looked at:', error);
    }
  }

  private async waitUntilReady(): Promise<void> {
    const waited = await this.readiness.wait();
    if (waited === 'no') return;
    if (waited === 'in vain') this.problemList.warn(INCOMPLETE);
    this.takeOverLate();
  }

  /** The page looks as if what has just loaded had always been there, however long that took. */
  private takeOverLate(): void {
    this.adaptedRules.adapt();
    this.animations.adoptLate(clock.now, this.documentBuilt && this.pageIsOld);
    this.scrolling.restore();
  }

  /** Does what is due at one moment, at that moment, so that what it starts does not depend on the frame grid. */
  private step(moment: number): boolean {
    // A transition that is turned back begins where it stands now, not where the last frame left it.
    const moved = this.animations.move(moment);
    let visible = clock.moveTo(moment) > 0;
    this.timer.timeOffset = moment;
    for (let action = this.timer.actions[0]; action && action.delay <= moment; action = this.timer.actions[0]) {
      this.timer.actions.shift();
      if (this.perform(action)) visible = true;
    }
    if (this.structureChanged) this.followStructure();
    this.contents.begin(moment);
    // Nobody saw a page that has just been built without all of its styles.
    if (visible && this.documentBuilt) this.animations.adoptLate(moment, this.pageIsOld);
    else if (visible) this.animations.adopt(moment);
    return visible || moved;
  }

  private followStructure(): void {
    this.structureChanged = false;
    this.roots.refresh(this.replayer.iframe);
    // Before anything asks for the layout, which may start transitions.
    this.adaptedRules.adapt();
    this.backdrops.filter(!this.stage.isScaled);
    this.scrolling.placeFresh();
  }

  /** Runs one action; what it throws costs that action alone. Returns whether it may be seen. */
  private perform(action: ReplayAction): boolean {
    this.actionVisible = !this.pointer.begins(action);
    try {
      action.doAction();
    } catch (error) {
      this.failed(error);
    }
    return this.actionVisible || this.pointer.hoverChanged;
  }

  /** What rrweb throws costs that action alone. */
  private readonly failed = (error: unknown): void => { this.problemList.warn('rrweb failed on an event:', error); };

  private nextMoment(): number {
    return Math.min(this.timer.actions[0]?.delay ?? Infinity, clock.nextTimer());
  }

  private quietUntil(): number | null {
    if (this.animations.active || this.scrolling.active || clock.framesPending) return clock.now + this.offset;
    const next = Math.min(this.nextMoment(), this.contents.nextChange(clock.now));
    return Number.isFinite(next) ? next + this.offset : null;
  }

  private applied(event: eventWithTime): void {
    if (this.skipping.has(event)) {
      this.actionVisible = false;
      // They count snapshots.
      if (event.type === EventType.FullSnapshot) this.contents.applied(event);
      return;
    }
    this.scrolling.applied(event, clock.now);
    this.contents.applied(event);
    switchSheets(event, this.replayer.getMirror());
    defineElements(event, this.roots.allDocuments());
    const nodeOf = (id: number): Node | null => this.replayer.getMirror().getNode(id);
    this.focus.applied(event, nodeOf);
    const edited = this.editedFields.applied(event, nodeOf);
    switch (event.type) {
      case EventType.FullSnapshot:
        this.structureChanged = true;
        this.documentChanged = true;
        this.documentBuilt = true;
        break;
      case EventType.IncrementalSnapshot:
        if (event.data.source === IncrementalSource.Mutation) this.structureChanged = true;
        if (this.pointer.applied(event) && !edited) this.actionVisible = false;
        break;
      case EventType.Meta:
        break;
      default:
        this.actionVisible = false;
    }
  }

  private resized({ width, height }: Size): void {
    if (!(width > 0 && height > 0)) {
      // rrweb has followed already.
      this.replayer.iframe.setAttribute('width', String(this.viewport.width));
      this.replayer.iframe.setAttribute('height', String(this.viewport.height));
      return;
    }
    this.viewport = { width, height };
    this.stage.fit(this.replayer.wrapper, this.viewport);
    this.backdrops.filter(!this.stage.isScaled);
  }
}

/** Keeps rrweb's timer from running by itself; from here on `Player.step` does its actions. */
function takeOverTimer(replayer: Replayer): ReplayTimer {
  const timer = replayer.timer as unknown as ReplayTimer;
  timer.start = () => {
    timer.timeOffset = 0;
    timer.raf = 1;
  };
  return timer;
}
