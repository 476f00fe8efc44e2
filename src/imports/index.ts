export type { Column } from './columns.rules.js';
export {
  copyLine,
  IMPORT_TYPES,
  type ImportType,
  type ImportTypeName,
  type Recording,
  type RejectedRow,
  type RowContext,
  type StagedRow,
} from './import-type.js';
export { ImportsModule } from './imports.module.js';
export { Imports } from './imports.service.js';
export { ItemImport, checked, type ItemStep, type Written } from './item-import.js';
export { Recorder } from './recorder.service.js';
export { quickly } from './quick-check.js';
