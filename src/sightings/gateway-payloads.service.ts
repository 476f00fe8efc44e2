import { Injectable } from '@nestjs/common';
import { badRequest, notFound, Problem } from '../platform/index.js';
import type { GatewayId, Instant, PrincipalOf, StoreId } from '../shared/index.js';
import { plainHardwareId, Stores } from '../stores/index.js';
import { decoderOf, readableFormats } from './decoders/index.js';
import { GatewayHearings } from './gateway-hearings.service.js';
import { GatewayWatch } from './gateway-watch.service.js';
import type { BatchAnswer } from './sightings.dto.js';

/** A vendor's payload, and what the address it came to says of it. */
export interface GatewayPayload {
  gatewayId: GatewayId;
  format: string;
  bytes: Buffer;
  topic: string | undefined;
  receivedAt: Instant;
}

/** Sightings in the vendors' own formats. */
@Injectable()
export class GatewayPayloads {
  constructor(
    private readonly stores: Stores,
    private readonly hearings: GatewayHearings,
    private readonly watch: GatewayWatch,
  ) {}

  /**
   * @throws Problem 404 for a gateway of no or another store and `unknown-format`, 400 `malformed-json` or
   *   `malformed-payload`, 422 `wrong-gateway` when the payload says that another device sent it
   */
  async take({ storeId }: PrincipalOf<'gateway'>, payload: GatewayPayload): Promise<BatchAnswer> {
    try {
      return await this.#take(storeId, payload);
    } catch (error) {
      this.watch.refused({ ...payload, storeId }, error);
      throw error;
    }
  }

  #take(storeId: StoreId, payload: GatewayPayload): Promise<BatchAnswer> {
    const { gatewayId, format, bytes, topic, receivedAt } = payload;
    const gateway = this.stores.layout(storeId)?.gateways.get(gatewayId);
    if (gateway === undefined) throw notFound('gateway');
    const decoder = decoderOf(format);
    if (decoder === undefined) {
      const known = readableFormats.join(', ');
      throw new Problem(404, 'unknown-format', `No such format; these can be read: ${known}.`);
    }
    const decoded = decoder.decode(bytes, { receivedAt, ...(topic === undefined ? {} : { topic }) });
    if (!decoded.ok) throw badRequest(decoded.why, decoded.detail);
    const { gatewayHardwareId, heard, refused, sentAt, telemetry } = decoded.value;
    requireSame(gateway.hardwareId, gatewayHardwareId);
    const anchor = { kind: 'gateway' as const, gatewayId };
    return this.hearings.take({
      source: decoder.format,
      storeId,
      gatewayIds: [gatewayId],
      hearings: heard.map((each) => ({ ...each, storeId, anchor })),
      rejected: refused,
      clocks: { receivedAt },
      madeAt: sentAt,
      telemetry,
      bytes: bytes.length,
    });
  }
}

function requireSame(expected: string | undefined, given: string | undefined): void {
  if (expected === undefined || given === undefined) return;
  if (plainHardwareId(expected) === plainHardwareId(given)) return;
  throw new Problem(
    422,
    'wrong-gateway',
    `The payload is of the gateway ${given.slice(0, 64)}; this one has the hardwareId ${expected}.`,
  );
}
