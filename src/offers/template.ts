import { Liquid, type Template } from 'liquidjs';

/** What the words of an offer may speak of. */
const VARIABLES: ReadonlySet<string> = new Set([
  'shopper.firstName',
  'product.name',
  'product.brand',
  'product.price',
  'zone.name',
  'store.name',
  'reward.text',
  'offer.name',
]);
/** Enough to choose between words; loops, files and variables of one's own are for programs. */
const TAGS: ReadonlySet<string> = new Set(['if', 'unless', 'case', 'comment', 'raw']);

export type ParsedTemplate = readonly Template[];
export type TemplateScope = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Of texts only: nothing that reads the clock, takes chance, or makes much of little. */
const FILTERS: ReadonlySet<string> = new Set([
  'append',
  'capitalize',
  'default',
  'downcase',
  'prepend',
  'remove',
  'replace',
  'strip',
  'truncate',
  'truncatewords',
  'upcase',
]);

/**
 * LiquidJS counts this by the wall clock, so that on a busy machine any rendering may take it. What bounds the work is
 * counted: the characters of the template, each of which is rendered once as there are no loops, and those that filters
 * make of it. The clock is for what neither foresaw.
 */
const LAST_RESORT_MS = 10_000;

const engine = closedEngine();
/** No longer than names of products often are. */
const NAME = 'A name as long as the names of products are';
/** A first rendering finds what only fails then: a filter misused, or more work than the limits allow. */
const SAMPLE: TemplateScope = {
  shopper: { firstName: 'Maximiliana' },
  product: { name: NAME, brand: 'Brand and Sons', price: '1.00 EUR' },
  zone: { name: 'Coffee, tea and biscuits' },
  store: { name: NAME },
  reward: { text: '15 % off' },
  offer: { name: NAME },
};
/** Many times what a phone shows; more is a template that multiplies what it is given. */
const MOST_RENDERED = 2_000;

/** Why a text cannot be a template, or undefined when it can. */
export function templateFault(text: string): { code: string; detail: string } | undefined {
  try {
    const template = engine.parse(text);
    const unknown = engine.globalVariableSegmentsSync(template).map(nameOf).find(isUnknown);
    if (unknown === undefined) {
      const { length } = renderTemplate(template, SAMPLE);
      if (length <= MOST_RENDERED) return undefined;
      return { code: 'too-large', detail: `comes to ${length} characters once it is filled in` };
    }
    const known = [...VARIABLES].join(', ');
    return { code: 'unknown-variable', detail: `there is no '${unknown}'; there are: ${known}` };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'not a template';
    return /limit exceeded/i.test(message)
      ? { code: 'too-slow', detail: 'takes too much work to fill in: say it more simply' }
      : { code: 'invalid-template', detail: message };
  }
}

/** As it would read with names of usual length. @throws as `renderTemplate`, and when the text is no template */
export function renderSample(text: string): string {
  return renderTemplate(engine.parse(text), SAMPLE);
}

/** @throws when the text is no template: `templateFault` said so when it was saved */
export function parseTemplate(text: string): ParsedTemplate {
  return engine.parse(text);
}

/** @throws when rendering costs more than the limits allow */
export function renderTemplate(template: ParsedTemplate, scope: TemplateScope): string {
  return String(engine.renderSync([...template], scope));
}

function closedEngine(): Liquid {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    // Templates by name come from this map, never from a disk.
    templates: {},
    parseLimit: 2_000,
    memoryLimit: 20_000,
    renderLimit: LAST_RESORT_MS,
  });
  keepOnly(TAGS, liquid.tags);
  keepOnly(FILTERS, liquid.filters);
  return liquid;
}

function keepOnly(names: ReadonlySet<string>, all: object): void {
  for (const name of Object.keys(all)) if (!names.has(name)) Reflect.deleteProperty(all, name);
}

/** `product.name`; a computed part (`product[zone.name]`) becomes a name that nothing has. */
function nameOf(segments: readonly unknown[]): string {
  return segments.map((segment) => (typeof segment === 'string' ? segment : '[…]')).join('.');
}

function isUnknown(name: string): boolean {
  return !VARIABLES.has(name);
}
