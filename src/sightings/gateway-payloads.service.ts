import { Injectable } from '@nestjs/common';
import { badRequest, notFound, Problem } from '../platform/index.js';
import type { Instant, StoreId } from '../shared/index.js';
import { Stores } from '../stores/index.js';
import { decoderOf, readableFormats } from './decoders/index.js';
import { GatewayHearings } from './gateway-hearings.service.js';
import { GatewayWatch } from './gateway-watch.service.js';
import { namedBy, placed, senderOf, type Sender } from './placement.rules.js';
import { GatewaySecrets } from './secrets/gateway-secrets.service.js';
import type { BatchAnswer } from './sightings.dto.js';

/** A vendor's payload, and what the door it came through knows of it. */
export interface GatewayPayload {
  storeId: StoreId;
  sender: Sender;
  format: string;
  bytes: Buffer;
  topic: string | undefined;
  /** The body's signature, empty where there is none; absent where the door knows no signatures. */
  signature?: string;
  receivedAt: Instant;
}

/** Sightings in the vendors' own formats, whichever door they come through. */
@Injectable()
export class GatewayPayloads {
  constructor(
    private readonly stores: Stores,
    private readonly secrets: GatewaySecrets,
    private readonly hearings: GatewayHearings,
    private readonly watch: GatewayWatch,
  ) {}

  /**
   * Resolves once live presence holds what concerns it.
   *
   * @throws Problem 404 for a gateway of no or another store and `unknown-format`, 400 `malformed-json` or
   *   `malformed-payload`, 422 `wrong-gateway` or `unknown-gateway` when the payload says that another device sent it,
   *   403 `wrong-secret` or `wrong-signature`; 503 when Redis cannot hold it
   */
  async take(payload: GatewayPayload): Promise<BatchAnswer> {
    try {
      return await this.#take(payload);
    } catch (error) {
      this.watch.refused(payload, error);
      throw error;
    }
  }

  #take({
    storeId,
    sender,
    format,
    bytes,
    topic,
    signature,
    receivedAt,
  }: GatewayPayload): Promise<BatchAnswer> {
    const gateways = this.stores.layout(storeId)?.gateways ?? new Map<never, never>();
    const named = namedBy(sender, gateways);
    if (named === undefined && sender.kind !== 'unsaid') throw notFound('gateway');
    const decoder = decoderOf(format);
    if (decoder === undefined) {
      const known = readableFormats.join(', ');
      throw new Problem(404, 'unknown-format', `No such format; these can be read: ${known}.`);
    }
    if (decoder.format === 'ruuvi' && named !== undefined && signature !== undefined) {
      this.secrets.requireSignature({ storeId, gatewayId: named }, bytes, signature);
    }
    const decoded = decoder.decode(bytes, { receivedAt, ...(topic === undefined ? {} : { topic }) });
    if (!decoded.ok) throw badRequest(decoded.why, decoded.detail);
    const { gatewayHardwareId, secret, heard, refused, sentAt, telemetry } = decoded.value;
    const from = senderOf(named, gatewayHardwareId, gateways);
    if (!from.ok) throw new Problem(422, from.why, from.detail);
    if (decoder.format === 'meraki' && from.value !== undefined) {
      this.secrets.requireSecret({ storeId, gatewayId: from.value }, secret);
    }
    const { hearings, gatewayIds, refused: unplaced } = placed(heard, from.value, storeId, gateways);
    return this.hearings.take({
      source: decoder.format,
      storeId,
      gatewayIds,
      hearings,
      rejected: [...refused, ...unplaced],
      clocks: { receivedAt },
      madeAt: sentAt,
      telemetry,
      bytes: bytes.length,
    });
  }
}
