import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  ItemImport,
  quickly,
  Recorder,
  type Column,
  type ItemStep,
  type Written,
} from '../../imports/index.js';
import { profileOf } from './profile.dto.js';
import { hasRoomFor, isMonthDay } from './profile.rules.js';
import { itemsApart, lockItems, mergedItems, takeErased, writeItems } from './profile-items.js';
import { Shoppers } from './shoppers.service.js';

const columns: readonly Column[] = [
  { path: 'shopperId', kind: 'text', required: true },
  { path: 'displayName', kind: 'text' },
  { path: 'locale', kind: 'text' },
  { path: 'timeZone', kind: 'text' },
  { path: 'homeStoreId', kind: 'text' },
  { path: 'householdId', kind: 'text' },
  { path: 'birthday', kind: 'text' },
  { path: 'attributes', kind: 'json', collects: true },
  { path: 'loyalty.tier', kind: 'text' },
  { path: 'loyalty.points', kind: 'number' },
  { path: 'loyalty.since', kind: 'text' },
  { path: 'acquisition.channel', kind: 'text' },
  { path: 'acquisition.at', kind: 'text' },
  { path: 'acquisition.by', kind: 'text' },
  { path: 'acquisition.cost', kind: 'number', aliases: ['acquisition.cost.amount'] },
  { path: 'acquisition.currency', kind: 'text', aliases: ['acquisition.cost.currency'] },
  { path: 'assignedAssociate', kind: 'text' },
  { path: 'carries', kind: 'list' },
];

/** The cost of an acquisition is money, in two columns. */
function completed(item: Record<string, unknown>): unknown {
  const acquisition = item['acquisition'] as { cost?: number; currency?: string } | undefined;
  if (acquisition === undefined) return item;
  const { cost: amount, currency, ...rest } = acquisition;
  if (amount === undefined) return { ...item, acquisition: rest };
  return { ...item, acquisition: { ...rest, cost: { amount, currency } } };
}

/** A time zone is looked up slowly; those with one are left to the schema. */
export const quick = quickly(profileOf, (item) => {
  const { attributes = {}, carries = [], birthday, timeZone } = item;
  if (timeZone !== undefined || !hasRoomFor(attributes)) return undefined;
  if (birthday !== undefined && !isMonthDay(birthday)) return undefined;
  return { ...item, attributes, carries };
});

/** Files of shoppers: each row replaces one as `PUT /v1/shoppers/{shopperId}` does, in the order of the lines. */
@Injectable()
export class ShopperImport implements OnModuleInit {
  constructor(
    private readonly shoppers: Shoppers,
    private readonly recorder: Recorder,
  ) {}

  onModuleInit(): void {
    this.recorder.provide(
      new ItemImport({
        name: 'shoppers',
        columns,
        itemField: 'shopperId',
        schema: profileOf,
        quick,
        completed,
        idField: 'shopperId',
        write: (step) => this.#write(step),
      }),
    );
  }

  async #write({ tx, erased }: ItemStep): Promise<Written> {
    await lockItems(tx);
    const apart = await itemsApart(tx);
    const replaced = await this.shoppers.replaceWithin(
      tx,
      apart.map(({ item }) => item),
    );
    const refused = [...(await takeErased(tx, erased)), ...(await mergedItems(tx))];
    for (const [place, refusal] of replaced.refused) {
      refused.push({ line: apart[place]?.line ?? 0, ...refusal });
    }
    const written = new Set([...replaced.written, ...(await writeItems(tx))]);
    return { refused, announce: () => this.shoppers.announce({ ...replaced, written }) };
  }
}
