import type { Product } from '../catalogue/index.js';
import { content } from './content.schema.js';
import { parseContent, renderContent, type Speaking } from './content.js';
import { offerDocument } from './offer.schema.js';
import { templateFault } from './template.js';

const filters = {
  productId: 'filters',
  name: 'Filters no. 4',
  brand: 'House',
  ownBrand: true,
  category: 'coffee filters',
  price: { amount: 249, currency: 'EUR' },
} as Product;

function speaking(
  byLocale: Record<string, { title: string; body: string; deepLink?: string }>,
  products: Product[] = [filters],
): Speaking {
  const document = offerDocument.parse({
    name: 'Filters',
    kind: 'replenishment',
    trigger: { on: ['zoneEntered'] },
    target: { categories: ['coffee filters'] },
    reward: { type: 'percentOff', value: 15 },
    content: byLocale,
  });
  return { document, content: parseContent(document.content), target: { products } };
}
const plain = (body: string) => ({ default: { title: 'Hello', body } });

/** Check 21 of docs/security.md. */
describe('the words of an offer', () => {
  it('name the product, its price, the places and the reward', () => {
    const offer = speaking({
      default: {
        title: '{{ shopper.firstName }}, running low?',
        body: '{{ product.name }} ({{ product.brand }}, {{ product.price }}) in {{ zone.name }} at {{ store.name }}: {{ reward.text }}',
      },
    });
    const spoken = { displayName: 'Anna Meier', zoneName: 'Aisle 3', storeName: 'North' };
    expect(renderContent(offer, 'en', spoken)).toEqual({
      title: 'Anna, running low?',
      body: 'Filters no. 4 (House, 2.49 EUR) in Aisle 3 at North: 15 % off',
    });
  });

  it('speak of the category where the offer names no product', () => {
    const { body } = renderContent(speaking(plain('{{ product.name }} is near'), []), undefined, {});
    expect(body).toBe('coffee filters is near');
  });

  it('leave no gap where something is not known', () => {
    const offer = speaking(plain('Hi {{ shopper.firstName }}, see {{ zone.name }} now'));
    expect(renderContent(offer, undefined, {}).body).toBe('Hi, see now');
    const choosing = speaking(plain('Hi{% if shopper.firstName %} {{ shopper.firstName }}{% endif %}!'));
    expect(renderContent(choosing, undefined, { displayName: ' ' }).body).toBe('Hi!');
  });

  it.each([
    ['fr-BE', 'belge'],
    ['fr_be', 'belge'],
    ['fr-FR', 'fr'],
    ['fr-CA', 'fr'],
    ['fr-BE-x-old', 'belge'],
    ['zh-Hant-TW', 'traditional'],
    ['zh-CN', 'default'],
    ['FR', 'fr'],
    ['de-AT', 'default'],
    [undefined, 'default'],
  ])('come in the locale %s as %s', (locale, body) => {
    const words = (text: string) => ({ title: 'x', body: text });
    const offer = speaking({
      default: words('default'),
      fr: words('fr'),
      'fr-BE': words('belge'),
      'zh-Hant': words('traditional'),
    });
    expect(renderContent(offer, locale, {}).body).toBe(body);
  });

  it.each([
    ['imageUrl', 'https://shop.test/a.jpg', true],
    ['imageUrl', 'http://shop.test/a.jpg', false],
    ['imageUrl', 'data:image/png;base64,AAAA', false],
    ['deepLink', 'https://shop.test/a', true],
    ['deepLink', 'cornershop://offers/1', true],
    ['deepLink', 'http://shop.test/a', false],
    ['deepLink', 'javascript:alert(1)', false],
    ['deepLink', 'JavaScript:alert(1)', false],
    ['deepLink', 'no link', false],
  ])('with %s %s: %s', (field, link, good) => {
    const words = { default: { title: 'x', body: 'y', [field]: link } };
    expect(content.safeParse(words).success).toBe(good);
  });

  it('fit on a phone, and are not cut through a character', () => {
    const offer = speaking({ default: { title: '{{ shopper.firstName }}', body: 'x' } });
    const { title } = renderContent(offer, undefined, { displayName: '👩‍👩‍👧'.repeat(200) });
    expect(title).toBe(`${'👩‍👩‍👧'.repeat(119)}…`);
  });

  it('give way to the plain name when they cost too much', () => {
    const costly = speaking(plain('{{ zone.name | append: zone.name | append: zone.name }}'));
    const rendered = renderContent(costly, undefined, { zoneName: 'x'.repeat(30_000) });
    expect(rendered).toEqual({ title: 'Filters', body: '15 % off' });
  });

  it('do not read what is not theirs', () => {
    const offer = speaking(plain('a{{ zone.name }}b'));
    expect(renderContent(offer, 'constructor', {}).body).toBe('ab');
  });
});

describe('a template', () => {
  it.each([
    'plain',
    '{{ product.name | upcase }}',
    '{% if zone.name %}{{ zone.name }}{% else %}here{% endif %}',
    '{{ shopper["firstName"] | default: "you" }}',
  ])('is good: %s', (text) => {
    expect(templateFault(text)).toBeUndefined();
  });

  it('is good however long the machine takes over it', () => {
    const now = performance.now.bind(performance);
    let waited = 0;
    performance.now = () => now() + (waited += 1_000);
    try {
      expect(
        templateFault('{{ product.name }} {% if zone.name %}{{ zone.name }}{% endif %}'),
      ).toBeUndefined();
    } finally {
      performance.now = now;
    }
    expect(waited).toBeGreaterThan(1_000);
  });

  it.each([
    ['{{ shopper.email }}', 'unknown-variable'],
    ['{{ shopper }}', 'unknown-variable'],
    ['{{ shopper.firstName.constructor }}', 'unknown-variable'],
    ['{{ product[zone.name] }}', 'unknown-variable'],
    ['{{ product.name', 'invalid-template'],
    ['{{ product.name | nothing }}', 'invalid-template'],
    ['{% for i in (1..9) %}x{% endfor %}', 'invalid-template'],
    ['{% render "other" %}', 'invalid-template'],
    ['{% assign x = 1 %}', 'invalid-template'],
    ['{{ "now" | date: "%9999999d" }}', 'invalid-template'],
    [`{{ offer.name ${'| replace: "a", offer.name '.repeat(8)}}}`, 'too-slow'],
    [`{{ offer.name ${'| replace: "a", offer.name '.repeat(3)}}}`, 'too-large'],
  ])('is refused: %s', (text, code) => {
    expect(templateFault(text)?.code).toBe(code);
  });
});
