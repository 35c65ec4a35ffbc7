/** A resident worker's process entry: decides large reviews on its parent's behalf. */
import { parentPort } from 'node:worker_threads';
import { serveLargeReviews } from './server/largeReview.ts';

if (parentPort === null) throw new Error('worker.ts runs as a worker thread only');
serveLargeReviews(parentPort);
