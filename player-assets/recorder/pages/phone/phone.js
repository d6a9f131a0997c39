// The phone page's behaviour: fills the timetable, slides the menu, answers the button.
// Loaded by index.html; the recorded visit is visits/phone.mjs.
/* global document, HTMLElement, HTMLButtonElement */

const departures = [
  ['14:20', 'Lighthouse Island', 'Pier 2', 'on time'],
  ['14:35', 'Fishmarket', 'Pier 1', 'on time'],
  ['14:50', 'North Mole', 'Pier 3', '4 min late'],
  ['15:05', 'Minato · 港', 'Pier 2', 'on time'],
  ['15:20', 'Lighthouse Island', 'Pier 2', 'on time'],
  ['15:40', 'Fishmarket', 'Pier 1', 'on time'],
  ['15:55', 'Seal Rocks', 'Pier 4', 'last today'],
  ['16:10', 'North Mole', 'Pier 3', 'on time'],
  ['16:20', 'Lighthouse Island', 'Pier 2', 'on time'],
  ['16:45', 'Fishmarket', 'Pier 1', '2 min late'],
  ['17:05', 'Minato · 港', 'Pier 2', 'on time'],
  ['17:20', 'Lighthouse Island', 'Pier 2', 'on time'],
  ['17:40', 'Fishmarket', 'Pier 1', 'on time'],
  ['18:10', 'North Mole', 'Pier 3', 'last today'],
];

/** @param {string} id */
function box(id) {
  const found = document.getElementById(id);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no #${id}`);
  return found;
}

/** @param {boolean} open */
function showMenu(open) {
  box('menu').classList.toggle('open', open);
  box('shade').classList.toggle('open', open);
}

box('list').innerHTML = departures
  .map(([time, to, pier, state]) => `<li><b>${time}</b><span>${to}<small>${pier}</small></span>
    <em class="${state === 'on time' ? 'good' : 'odd'}">${state}</em></li>`)
  .join('');
box('burger').addEventListener('click', () => showMenu(true));
box('shade').addEventListener('click', () => showMenu(false));
for (const link of document.querySelectorAll('.menu a')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    document.querySelector('.menu .on')?.classList.remove('on');
    link.classList.add('on');
    box('pier').textContent = link.textContent;
    showMenu(false);
  });
}
box('remind').addEventListener('click', (event) => {
  if (!(event.currentTarget instanceof HTMLButtonElement)) return;
  event.currentTarget.classList.add('set');
  event.currentTarget.textContent = '🔔 We will ring at 14:10';
});
