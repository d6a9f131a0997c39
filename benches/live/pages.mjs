// What is done on each of the pages, one step after the other. Used by run.mjs.

const type = (target, text) => async (page) => {
  await page.click(target);
  await page.keyboard.type(text);
};
const click = (target) => (page) => page.click(target);
const hover = (target) => (page) => page.hover(target);
const press = (key) => (page) => page.keyboard.press(key);
const run = (script) => (page) => page.evaluate(script);

const drag = (target, [x, y]) => async (page) => {
  await page.hover(target);
  await page.mouse.down();
  await page.mouse.move(x, y, { steps: 10 });
  await page.mouse.up();
};

const typeInFrame = (frame, target, text) => async (page) => {
  const inside = await (await page.$(frame)).contentFrame();
  await inside.click(target);
  await page.keyboard.type(text);
};

/** `record` has options of rrweb's recorder. */
export const PAGES = {
  antd: {
    steps: [
      click('#choice'), press('Escape'), click('#date'), click('.ant-picker-header-next-btn'), press('Escape'), click('#switch'),
      click('.ant-table-column-has-sorters'), click('.ant-checkbox-input'), click('.ant-pagination-item-2'),
      click('.ant-tabs-tab:nth-child(2)'), click('#open'), click('.ant-modal-footer .ant-btn-primary'), click('#aside'),
    ],
  },
  bootstrap: {
    steps: [
      click('#menu'), hover('#first-item'), click('#section'), type('#name', 'Hello wörld'), (page) => page.select('#choice', 'B'),
      click('#switch'), type('#words', 'a\nb'), click('#radio'), click('#open'), click('#close'), hover('#tip'), click('#aside'),
    ],
  },
  browser: {
    steps: [
      click('#open'), click('#close'), click('#summary'), click('#check'), click('#property'), type('#name', 'typed'), click('#other'),
      run("document.getElementById('scrolled').scrollTop = 100"), typeInFrame('#frame', '#inside', 'framed'),
      run("window.sheet.insertRule('p { text-decoration: underline }')"),
    ],
  },
  charts: { record: { recordCanvas: true }, steps: [click('#update'), (page) => page.mouse.move(120, 200)] },
  'jquery-ui': {
    steps: [
      click('#second'), click('#date'), click('.ui-datepicker-next'), press('Escape'), drag('#box', [300, 250]),
      run("document.getElementById('list').scrollTop = 400"), click('#open'),
    ],
  },
  parts: {
    steps: [
      click('#summary'), click('#name'), run("document.getElementById('state').className = 'on'"),
      run("document.getElementById('shape').setAttribute('class', 'on')"), run("customElements.define('late-box', class extends HTMLElement {})"),
      click('#summary'),
    ],
  },
  react: {
    steps: [
      type('#message', 'hello'), press('Enter'), type('#note', 'words'), type('#count', '12'), click('#empty'), type('#message', 'more'),
      click('#fill'), click('#open'), type('#first', 'typed'), click('#close'), click('#fill'),
    ],
  },
  shoelace: {
    steps: [
      click('#custom'), type('#name', 'typed'), click('#choice'), press('Escape'), click('#check'), click('#switch'), click('#details'),
      hover('#tip'), click('#open'),
    ],
  },
};
