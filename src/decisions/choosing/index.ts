export { chosenFrom, ranked } from './choice.rules.js';
export { savingOf } from './saving.rules.js';
export { FIRST_ECONOMICS, type Economics, type Worth } from './worth.rules.js';
