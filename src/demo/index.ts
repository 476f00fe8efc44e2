export { readDemoFile, readSecret } from './demo-file.js';
export { fcmCredentials } from './fcm/credentials.js';
export { FcmStandIn } from './fcm/fcm-stand-in.js';
