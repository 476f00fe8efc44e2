import type { MqttTopic } from '../../platform/index.js';
import type { GatewayId, StoreId } from '../../shared/index.js';
import { entryFor, passes, senderOn } from './topic.rules.js';

const entry = (topic: string, more: Partial<MqttTopic> = {}): MqttTopic => ({
  topic,
  format: 'espresense',
  storeId: 's1' as StoreId,
  ...more,
});

describe('a topic', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/c', false],
    ['a/b', 'a', false],
    ['a', 'a/b', false],
    ['a/b', 'a/+', true],
    ['a/', 'a/+', true],
    ['a', 'a/+', false],
    ['a/b/c', 'a/+', false],
    ['a/b/c', '+/b/+', true],
    ['a/b/c', 'a/#', true],
    ['a', 'a/#', true],
    ['b', 'a/#', false],
    ['a/b', '#', true],
    ['$SYS/uptime', '#', false],
    ['$SYS/uptime', '+/uptime', false],
    ['$SYS/uptime', '$SYS/#', true],
    ['/a', '+/a', true],
  ])('%s through %s: %s', (topic, filter, does) => {
    expect(passes(topic, filter)).toBe(does);
  });

  it('is of the first entry that it passes', () => {
    const table = [entry('a/b', { format: 'minew' }), entry('a/#')];
    expect(entryFor('a/b', table)?.format).toBe('minew');
    expect(entryFor('a/c', table)?.format).toBe('espresense');
    expect(entryFor('b', table)).toBeUndefined();
  });

  it('of a Minew gateway begins with a slash, which is a level', () => {
    const table = [entry('/gw/+/status', { format: 'minew', gatewayFromTopic: 2 })];
    const topic = '/gw/ac233fc0aa01/status';
    expect(senderOn(topic, entryFor(topic, table)!)).toEqual({ kind: 'named', name: 'ac233fc0aa01' });
    expect(entryFor('/gw/ac233fc0aa01/action', table)).toBeUndefined();
  });

  it('says who sent where the entry says so', () => {
    const topic = 'espresense/devices/iBeacon:1/kitchen';
    const g1 = 'g1' as GatewayId;
    expect(senderOn(topic, entry('#', { gatewayId: g1 }))).toEqual({ kind: 'known', gatewayId: 'g1' });
    expect(senderOn(topic, entry('#', { gatewayFromTopic: 3 }))).toEqual({ kind: 'named', name: 'kitchen' });
    expect(senderOn('a', entry('#', { gatewayFromTopic: 3 }))).toEqual({ kind: 'named', name: '' });
    expect(senderOn(topic, entry('#'))).toEqual({ kind: 'unsaid' });
  });
});
