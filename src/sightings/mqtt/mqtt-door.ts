import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Health, Lifecycle, SETTINGS, type Settings } from '../../platform/index.js';
import { MqttConnection } from './mqtt-connection.js';
import { MqttMessages } from './mqtt-messages.service.js';
import { MqttTraffic } from './mqtt-traffic.js';

/** The door of gateways that publish to a broker. Open where `MQTT_URL` is given and the role is to take things in. */
@Injectable()
export class MqttDoor implements OnModuleInit {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly lifecycle: Lifecycle,
    private readonly health: Health,
    private readonly messages: MqttMessages,
    private readonly traffic: MqttTraffic,
  ) {}

  onModuleInit(): void {
    const { mqtt, role } = this.settings;
    if (mqtt === undefined || role === 'worker') return;
    const take: MqttMessages['take'] = (message, signal) => this.messages.take(message, signal);
    const connection = new MqttConnection(mqtt, take, this.traffic);
    this.health.aid('mqtt', () => connection.isHearing);
    this.lifecycle.onStart(() => connection.open());
    this.lifecycle.onStop('intake', () => connection.close());
  }
}
