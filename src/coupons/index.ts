export { couponCode } from './code.rules.js';
export { CouponsModule } from './coupons.module.js';
