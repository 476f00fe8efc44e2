import type { MqttTopic } from '../../platform/index.js';
import type { Sender } from '../placement.rules.js';

/** Whether a topic passes a filter: `+` is one level, `#` all that follow, the parent included (MQTT 5, 4.7). */
export function passes(topic: string, filter: string): boolean {
  // 4.7.2: a wildcard at the beginning does not stand for the broker's own topics.
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const levels = topic.split('/');
  const wanted = filter.split('/');
  const everyLevel = wanted.every((want, at) => want === '#' || want === '+' || want === levels[at]);
  if (wanted.at(-1) === '#') return everyLevel && levels.length >= wanted.length - 1;
  return everyLevel && levels.length === wanted.length;
}

/** The first entry of the table that the topic passes. */
export function entryFor(topic: string, table: readonly MqttTopic[]): MqttTopic | undefined {
  return table.find((entry) => passes(topic, entry.topic));
}

/** Who sent what came on a topic. */
export function senderOn(topic: string, { gatewayId, gatewayFromTopic }: MqttTopic): Sender {
  if (gatewayId !== undefined) return { kind: 'known', gatewayId };
  if (gatewayFromTopic === undefined) return { kind: 'unsaid' };
  return { kind: 'named', name: topic.split('/')[gatewayFromTopic] ?? '' };
}
