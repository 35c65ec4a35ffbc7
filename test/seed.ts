/** Property tests draw the same cases in every default run, so that a commit stays as green as it was; a deep run draws new ones. */
import fc from 'fast-check';

const { BULKHEAD_DEEP: deep, BULKHEAD_SEED: seed } = process.env;

if (deep === undefined) fc.configureGlobal({ seed: Number(seed ?? 20261121) });
