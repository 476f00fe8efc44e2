import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { gatewayFormats, type GatewayFormat, type GatewayId, type StoreId } from '../shared/index.js';
import { faultsOf } from './http/validation.js';
import { gatewayId, storeId } from './http/vocabulary.js';

/** What comes on some topics of the broker, and from which store. */
export interface MqttTopic {
  /** A topic filter, with `+` for one level and `#` for all that follow. */
  topic: string;
  format: GatewayFormat;
  storeId: StoreId;
  /** Absent: `gatewayFromTopic`, else the payload's own address says which gateway of the store it is. */
  gatewayId?: GatewayId;
  /** The level of the topic, from 0, that holds a gateway's `gatewayId` or `hardwareId`. */
  gatewayFromTopic?: number;
}

const MOST_TOPICS = 10_000;
/** MQTT 5, 4.7: a wildcard fills its level; `#` is the last. */
const FILTER = /^(\/|(\+|[^+#/\0]*)(\/(\+|[^+#/\0]*))*(\/#)?|#)$/;

const entry = z
  .strictObject({
    topic: z
      .string()
      .min(1)
      .max(1_000)
      .regex(FILTER, 'expected a topic filter: + fills a level, # is the last level')
      .refine((topic) => !topic.startsWith('$share/'), {
        error: 'without $share: MQTT_SHARED says whether the processes share the messages',
      }),
    format: z.enum(gatewayFormats),
    storeId,
    gatewayId: z.exactOptional(gatewayId),
    gatewayFromTopic: z.exactOptional(z.int().min(0).max(100)),
  })
  .superRefine(({ topic, gatewayId: fixed, gatewayFromTopic: level }, context) => {
    const wrong = (message: string): void =>
      context.addIssue({ code: 'custom', path: ['gatewayFromTopic'], message });
    if (level === undefined) return;
    if (fixed !== undefined) wrong('give either gatewayId or gatewayFromTopic');
    const levels = topic.split('/');
    if (level >= levels.length && levels.at(-1) !== '#') wrong(`${topic} has no level ${level}, from 0`);
  });

const table = z.array(entry).min(1).max(MOST_TOPICS);

/** A table that can be used, or all that is wrong with it. */
export type TopicTable = { topics: MqttTopic[]; faults: [] } | { topics: undefined; faults: string[] };

/**
 * Reads `MQTT_TOPICS`: the table itself where it begins with `[`, else the path of a JSON file that holds it.
 *
 * @returns the faults in words, each with its place in the table
 */
export function readTopics(setting: string): TopicTable {
  const isTable = setting.trimStart().startsWith('[');
  let text = setting;
  try {
    if (!isTable) text = readFileSync(setting, 'utf8');
    const value: unknown = JSON.parse(text);
    const parsed = table.safeParse(value);
    if (parsed.success) return { topics: parsed.data, faults: [] };
    return {
      topics: undefined,
      faults: faultsOf(parsed.error, value, '').map(({ path, detail }) =>
        path === '' ? detail : `${path}: ${detail}`,
      ),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { topics: undefined, faults: [isTable ? why : `${setting}: ${why}`] };
  }
}
