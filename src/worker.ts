/** A worker thread's entry: writes, reads or verifies the decision log, or decides large reviews, as whoever started it says. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerQuestions, isReadingOptions } from './decisions/query/readingThread.ts';
import { isVerifyingOptions, verifyOnce } from './decisions/integrity/verifyingThread.ts';
import { isWriterOptions } from './decisions/writer/messages.ts';

if (parentPort === null) throw new Error('worker.ts runs as a worker thread only');

const given: unknown = workerData;
if (isWriterOptions(given)) {
  const { writeDecisions } = await import('./decisions/writer/thread.ts');
  writeDecisions(parentPort, given);
} else if (isReadingOptions(given)) {
  answerQuestions(parentPort, given);
} else if (isVerifyingOptions(given)) {
  await verifyOnce(parentPort, given);
} else {
  const { serveLargeReviews } = await import('./server/largeReview.ts');
  serveLargeReviews(parentPort);
}
