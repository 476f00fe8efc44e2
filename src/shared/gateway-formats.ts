/** The vendors' formats by the contract's names. */
export const gatewayFormats = [
  'minew',
  'ruuvi',
  'ingics',
  'kontakt',
  'meraki',
  'aprilbrother',
  'openmqttgateway',
  'espresense',
] as const;
export type GatewayFormat = (typeof gatewayFormats)[number];
