export * from './ids.js';
export * from './time.js';
export * from './money.js';
export * from './outcome.js';
export * from './random.js';
export * from './events.js';
export * from './shopper-view.js';
export * from './principal.js';
