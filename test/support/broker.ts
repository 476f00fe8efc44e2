import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { connectAsync, type MqttClient } from 'mqtt';

/** A broker of MQTT 3.1.1 in this process. Aedes speaks neither MQTT 5 nor shared subscriptions. */
export interface Broker {
  readonly port: number;
  readonly url: string;
  /** Acknowledgements of subscribers, by the topic of the message. */
  readonly acknowledged: string[];
  publish(topic: string, payload: unknown, more?: { qos?: 0 | 1; retain?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it on a free port, or where another was. */
export async function startBroker(port = 0): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  const acknowledged: string[] = [];
  aedes.on('ack', (packet) => acknowledged.push((packet as { topic?: string } | undefined)?.topic ?? ''));
  const server: Server = createServer((socket) => aedes.handle(socket));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  const url = `mqtt://127.0.0.1:${taken}`;
  const publisher: MqttClient = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
  return {
    port: taken,
    url,
    acknowledged,
    publish: async (topic, payload, { qos = 1, retain = false } = {}) => {
      const bytes =
        typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
      await publisher.publishAsync(topic, bytes, { qos, retain });
    },
    stop: async () => {
      publisher.end(true);
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
