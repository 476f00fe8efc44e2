import { Controller } from '@nestjs/common';
import { Handles, route, type Asked } from '../../platform/index.js';
import { device, deviceAnswer, meAnswer, ofDevice, preferences, preferencesAnswer } from './app.dto.js';
import { OwnDevices, OwnProfile } from './app.service.js';

const tag = 'app';
const me = route({
  method: 'GET',
  path: '/v1/me',
  tag,
  summary: 'Who the app speaks for',
  allow: ['shopper'],
  answer: meAnswer,
});
const getPreferences = route({
  method: 'GET',
  path: '/v1/me/preferences',
  tag,
  summary: 'When and about what not to be told',
  allow: ['shopper'],
  answer: preferencesAnswer,
});
const putPreferences = route({
  method: 'PUT',
  path: '/v1/me/preferences',
  tag,
  summary: 'Replace the preferences',
  allow: ['shopper'],
  body: preferences,
  answer: preferencesAnswer,
});
const putDevice = route({
  method: 'PUT',
  path: '/v1/me/devices/{deviceId}',
  tag,
  summary: 'Register the device the app runs on, or replace what it said of itself',
  allow: ['shopper'],
  params: ofDevice,
  body: device,
  answer: deviceAnswer,
});

/** What the shopper's app reads and sets of its shopper. */
@Controller()
export class AppController {
  constructor(
    private readonly profile: OwnProfile,
    private readonly devices: OwnDevices,
  ) {}

  @Handles(me)
  me({ principal }: Asked<typeof me>): Promise<object> {
    return this.profile.show(principal.shopperId);
  }

  @Handles(getPreferences)
  getPreferences({ principal }: Asked<typeof getPreferences>): Promise<object> {
    return this.profile.preferences(principal.shopperId);
  }

  @Handles(putPreferences)
  putPreferences({ principal, body }: Asked<typeof putPreferences>): Promise<object> {
    return this.profile.prefer(principal.shopperId, body);
  }

  @Handles(putDevice)
  putDevice({ principal, params, body }: Asked<typeof putDevice>): Promise<object> {
    return this.devices.register(principal.shopperId, { ...params, ...body });
  }
}
