/** The token of the `FieldRegistry` with every room's fields; the application puts it together. */
export const FIELD_REGISTRY = Symbol('field-registry');
