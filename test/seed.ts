/** Property tests draw the same cases in every default run and in every build, so that a commit stays as green as it was; a full run draws new ones. */
import fc from 'fast-check';

const { BULKHEAD_DEEP: deep, BULKHEAD_SEED: seed } = process.env;

if (deep !== 'full' || seed !== undefined) fc.configureGlobal({ seed: Number(seed ?? 20261121) });
