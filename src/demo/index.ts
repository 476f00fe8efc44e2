export { readDemoFile, readSecret } from './demo-file.js';
