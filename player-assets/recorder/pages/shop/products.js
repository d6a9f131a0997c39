// What the shop sells: names, prices, colours and drawings, all fixed.
// Used by shop.js (catalogue and product view) and basket.js (prices).
import { art } from './art.js';

/**
 * @typedef {object} Product
 * @property {string} id
 * @property {string} name
 * @property {string} note
 * @property {number} price
 * @property {string} kind
 * @property {string} glaze
 * @property {string} tile
 * @property {string} drawing
 */

/**
 * @param {keyof typeof art} id
 * @param {string} name
 * @param {string} note
 * @param {number} price
 * @param {string} kind
 * @param {string} glaze
 * @param {string} tile
 * @returns {Product}
 */
const product = (id, name, note, price, kind, glaze, tile) => ({
  id, name, note, price, kind, glaze, tile, drawing: art[id],
});

export const products = [
  product('mug', 'Harbour mug', 'Holds 320 ml', 18, 'Tea & coffee', '#2f7f79', '#dcebe6'),
  product('bowl', 'Noodle bowl', 'Deep and stackable', 26, 'Table', '#c8553d', '#f8e1d4'),
  product('vase', 'Olive vase', 'For a few stems', 32, 'Home', '#e0a83c', '#faeed2'),
  product('planter', 'Terrace planter', 'With saucer', 38, 'Home', '#7b8fb8', '#e3e8f3'),
  product('lamp', 'Bell lamp', 'Slip-cast pendant', 92, 'Home', '#35605a', '#e9e4d8'),
  product('teapot', 'Kyūsu teapot', 'Side handle, 400 ml', 64, 'Tea & coffee', '#2f7f79', '#e2ecdf'),
  product('plate', 'Supper plate', '26 cm across', 22, 'Table', '#7b8fb8', '#e6e7f2'),
  product('candle', 'Night candlestick', 'With a finger loop', 24, 'Home', '#b4533f', '#f6e3da'),
  product('carafe', 'Slow carafe', 'Oak collar', 44, 'Tea & coffee', '#c98f2d', '#f7ecd3'),
  product('board', 'Bread board', 'Oak, with a plate', 36, 'Table', '#5d8a6b', '#e8efe2'),
  product('butter', 'Butter dish', 'Keeps half a pound', 34, 'Table', '#d98c5f', '#f9e6d8'),
  product('jar', 'Pantry jar', 'Airtight oak lid', 28, 'Home', '#46708c', '#dfe9ef'),
];

export const glazes = [
  { name: 'Tide', colour: '#2f7f79' },
  { name: 'Ember', colour: '#c8553d' },
  { name: 'Honey', colour: '#d79b32' },
  { name: 'Night', colour: '#37465f' },
];

export const reviews = [
  { who: 'Inês', stars: '★★★★★', text: 'Pours without a single drip, every morning. ☕' },
  { who: 'さくら', stars: '★★★★★', text: 'とても使いやすい急須です。色も美しい。' },
  { who: 'Tom', stars: '★★★★☆', text: 'Smaller than I imagined, lovelier than I hoped.' },
  { who: 'Amara', stars: '★★★★★', text: 'The glaze changes with the light. I keep looking at it.' },
  { who: '陈伟', stars: '★★★★★', text: '手感温润，茶香四溢。🍵' },
  { who: 'Jonas', stars: '★★★★☆', text: 'Arrived well packed in straw, not a chip on it.' },
  { who: 'Lucía', stars: '★★★★★', text: 'A present for my mother, who has not put it down since.' },
];
