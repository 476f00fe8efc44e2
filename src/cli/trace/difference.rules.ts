/**
 * Where a result first differs from what was expected, as `stays[3].zoneId: expected "tea", is "coffee"`; undefined where
 * it does not. Of the result itself only what the expectation names counts; of what is in it, everything.
 */
export function firstDifference(expected: object, result: object): string | undefined {
  for (const [name, value] of Object.entries(expected)) {
    const found = differenceIn(value, (result as Record<string, unknown>)[name], name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function differenceIn(expected: unknown, result: unknown, path: string): string | undefined {
  if (!isTree(expected) || !isTree(result) || Array.isArray(expected) !== Array.isArray(result)) {
    return Object.is(expected, result)
      ? undefined
      : `${path}: expected ${shown(expected)}, is ${shown(result)}`;
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(result)]);
  for (const name of names) {
    const inner = Array.isArray(expected) ? `${path}[${name}]` : `${path}.${name}`;
    const found = differenceIn(expected[name], result[name], inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const MOST_SHOWN = 200;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
