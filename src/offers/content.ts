import { moneyText } from '../shared/index.js';
import type { Product } from '../catalogue/index.js';
import type { Content, Words } from './content.schema.js';
import type { OfferDocument } from './offer.schema.js';
import {
  parseTemplate,
  renderSample,
  renderTemplate,
  type ParsedTemplate,
  type TemplateScope,
} from './template.js';
import { rewardText } from './wording.rules.js';

interface ParsedWords {
  title: ParsedTemplate;
  body: ParsedTemplate;
  links: Pick<Words, 'imageUrl' | 'deepLink'>;
}

/** An offer's words by locale in lower case (`default`, `fr`, `fr-be`), parsed once for each revision. */
export type ParsedContent = ReadonlyMap<string, ParsedWords>;

export interface RenderedContent {
  title: string;
  body: string;
  imageUrl?: string | undefined;
  deepLink?: string | undefined;
}

/** What the moment brings to the words; what is not known is left out of them. */
export interface Spoken {
  displayName?: string | undefined;
  zoneName?: string | undefined;
  storeName?: string | undefined;
  /** The product to speak of; the first that the offer leads to when left out. */
  product?: Product | undefined;
}

/** What rendering needs of a live offer. */
export interface Speaking {
  document: Pick<OfferDocument, 'name' | 'reward' | 'target'>;
  content: ParsedContent;
  target: { products: readonly Product[]; gift?: Product | undefined };
}

/** A phone's notification shows no more; templates may grow by what they name. */
const MAX_TITLE = 120;
const MAX_BODY = 400;

/** @throws when a template is none: they were checked when the offer was saved */
export function parseContent(content: Content): ParsedContent {
  const parsed = Object.entries(content).map(([locale, { title, body, imageUrl, deepLink }]) => {
    const words = { title: parseTemplate(title), body: parseTemplate(body), links: { imageUrl, deepLink } };
    return [keyOf(locale), words] as const;
  });
  return new Map(parsed);
}

/**
 * The words for one shopper: in their locale, else in what is left when it loses its last part, down to the language
 * alone (RFC 4647, lookup), else `default`. Never fails: words that cost too
 * much to render give way to the default ones, and those to the offer's name and reward.
 */
export function renderContent(offer: Speaking, locale: string | undefined, spoken: Spoken): RenderedContent {
  const scope = scopeOf(offer, spoken);
  for (const key of fallbacks(locale)) {
    const words = offer.content.get(key);
    const rendered = words === undefined ? undefined : tryRender(words, scope);
    if (rendered !== undefined) return rendered;
  }
  return { title: offer.document.name, body: scope['reward']?.['text'] ?? '' };
}

/** Bytes of title and body as they go out, with names of usual length in them; 0 for what is no template. */
export function renderedBytes({ title, body }: Pick<Words, 'title' | 'body'>): number {
  try {
    const rendered = [cut(renderSample(title), MAX_TITLE), cut(renderSample(body), MAX_BODY)];
    return rendered.reduce((sum, text) => sum + Buffer.byteLength(JSON.stringify(text)), 0);
  } catch {
    // Refused by its own place already.
    return 0;
  }
}

function tryRender({ title, body, links }: ParsedWords, scope: TemplateScope): RenderedContent | undefined {
  try {
    return {
      title: cut(renderTemplate(title, scope), MAX_TITLE),
      body: cut(renderTemplate(body, scope), MAX_BODY),
      ...links,
    };
  } catch {
    // Expected of hostile words only; the caller takes the next ones.
    return undefined;
  }
}

function scopeOf({ document, target }: Speaking, spoken: Spoken): TemplateScope {
  return {
    shopper: known({ firstName: spoken.displayName?.match(/\S+/)?.[0] }),
    product: productScope(spoken.product ?? target.products[0], document.target.categories[0]),
    zone: known({ name: spoken.zoneName }),
    store: known({ name: spoken.storeName }),
    reward: { text: rewardText(document.reward, target.gift?.name) },
    offer: { name: document.name },
  };
}

/** An offer for a category has no product of its own: then the category is what it speaks of. */
function productScope(
  product: Product | undefined,
  category: string | undefined,
): Readonly<Record<string, string>> {
  if (product === undefined) return known({ name: category });
  const price = product.price === undefined ? undefined : moneyText(product.price);
  return known({ name: product.name, brand: product.brand, price });
}

function known(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const entries = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

function fallbacks(locale: string | undefined): string[] {
  if (locale === undefined) return ['default'];
  const parts = keyOf(locale).split('-');
  const shorter = parts.map((_, cut) => parts.slice(0, parts.length - cut).join('-'));
  return [...shorter, 'default'];
}

function keyOf(locale: string): string {
  return locale.toLowerCase().replaceAll('_', '-');
}

/** Without the gaps that unknown names leave, and no longer than fits. */
function cut(text: string, maxLength: number): string {
  // Only before comma and full stop: French sets a space before ? and !.
  const tidy = text
    .replace(/[ \t]+/g, ' ')
    .replace(/ (?=[,.](\s|$))/g, '')
    .trim();
  if (tidy.length <= maxLength) return tidy;
  const seen = Array.from(new Intl.Segmenter().segment(tidy), ({ segment }) => segment);
  return seen.length <= maxLength ? tidy : `${seen.slice(0, maxLength - 1).join('')}…`;
}
