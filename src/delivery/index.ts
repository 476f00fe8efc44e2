export { Deliveries } from './deliveries.service.js';
export { DeliveryModule } from './delivery.module.js';
export { message, messageAnswer, type Message } from './messages/messages.dto.js';
export { Messages } from './messages/messages.service.js';
export { answerOf, type SocketAnswer } from './sockets/protocol.js';
export { counted, refusedEntry } from './sockets/refusals.js';
export { acknowledgeOf, bodyOf, limitRate } from './sockets/socket-events.js';
export { SocketServer } from './sockets/socket-server.js';
