import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { ConsentModule } from '../consent/index.js';
import { ShoppersModule } from '../shoppers/index.js';
import { StoresModule } from '../stores/index.js';
import { CheckInHandover } from './checkins/checkin-handover.js';
import { CheckInsController } from './checkins/checkins.controller.js';
import { CheckInRepository } from './checkins/checkins.repository.js';
import { CheckIns } from './checkins/checkins.service.js';
import { MergedCheckIns } from './checkins/merged-checkins.js';
import { GatewayClocks } from './clocks/gateway-clocks.store.js';
import { GatewayHearings } from './gateway-hearings.service.js';
import { GatewayPayloads } from './gateway-payloads.service.js';
import { GatewayPulse } from './gateway-pulse.store.js';
import { GatewayWatch } from './gateway-watch.service.js';
import { StoreHealthController } from './health/health.controller.js';
import { HealthDeparture } from './health/health-departure.js';
import { HealthNotes } from './health/health-notes.service.js';
import { HealthStore } from './health/health.store.js';
import { RadioHealth } from './health/radio-health.service.js';
import { StoreHealth } from './health/store-health.service.js';
import { LocationConsents } from './location-consents.js';
import { MqttDoor } from './mqtt/mqtt-door.js';
import { MqttMessages } from './mqtt/mqtt-messages.service.js';
import { MqttTraffic } from './mqtt/mqtt-traffic.js';
import { PhoneHearings } from './phone-hearings.service.js';
import { Recognisers } from './recognisers.service.js';
import { GatewaySecrets } from './secrets/gateway-secrets.service.js';
import { SecretsController } from './secrets/secrets.controller.js';
import { SecretsRepository } from './secrets/secrets.repository.js';
import { SightingIntake } from './sighting-intake.service.js';
import { SightingsController } from './sightings.controller.js';
import { ZoneMutes } from './trust/zone-mutes.store.js';

/** `SightingSink` and `CheckInSink` come from the room below, whose module is global for that reason. */
@Module({
  imports: [AccessModule, StoresModule, ConsentModule, ShoppersModule],
  controllers: [SightingsController, CheckInsController, SecretsController, StoreHealthController],
  providers: [
    SightingIntake,
    GatewayPayloads,
    GatewayHearings,
    PhoneHearings,
    Recognisers,
    GatewaySecrets,
    SecretsRepository,
    MqttDoor,
    MqttMessages,
    MqttTraffic,
    GatewayWatch,
    GatewayPulse,
    GatewayClocks,
    ZoneMutes,
    HealthDeparture,
    HealthNotes,
    HealthStore,
    RadioHealth,
    StoreHealth,
    LocationConsents,
    CheckIns,
    CheckInRepository,
    MergedCheckIns,
    CheckInHandover,
  ],
  exports: [SightingIntake, CheckIns, GatewayPulse, ZoneMutes, RadioHealth],
})
export class SightingsModule {}
