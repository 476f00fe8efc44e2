import { Controller } from '@nestjs/common';
import { Handles, route, vocabulary, type Asked, type Page } from '../../platform/index.js';
import { feedback, feedbackAnswer, feedbackItem, feedbackQuery } from './feedback.dto.js';
import { FeedbackBook } from './feedback.service.js';

const giveFeedback = route({
  method: 'POST',
  path: '/v1/me/feedback',
  tag: 'app',
  summary: 'A word to the shop',
  allow: ['shopper'],
  body: feedback,
  status: 201,
  answer: feedbackAnswer,
});
const listFeedback = route({
  method: 'GET',
  path: '/v1/feedback',
  tag: 'offers',
  summary: 'What shoppers said to the shop and of its offers, newest first',
  allow: ['service', 'admin', 'marketer', 'approver', 'analyst'],
  query: feedbackQuery,
  answer: vocabulary.pageOf(feedbackItem),
});

@Controller()
export class FeedbackController {
  constructor(private readonly book: FeedbackBook) {}

  @Handles(giveFeedback)
  give({ principal, body }: Asked<typeof giveFeedback>): Promise<object> {
    return this.book.take(principal.shopperId, body);
  }

  @Handles(listFeedback)
  list({ principal, query }: Asked<typeof listFeedback>): Promise<Page<object>> {
    return this.book.list(principal, query);
  }
}
