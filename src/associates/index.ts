export { AssociatesModule } from './associates.module.js';
export { FloorNews } from './floor-news.js';
