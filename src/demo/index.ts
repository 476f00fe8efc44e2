export { readDemoFile, readSecret } from './demo-file.js';
export { fcmCredentials } from './fcm/credentials.js';
export { FcmStandIn, type FcmMessage } from './fcm/fcm-stand-in.js';
