// Loaded into a run of the program before it: ends it, as a lost machine does, instead of its nth write to the cluster.
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const { request } = https;
let left = Number(process.env['KILL_AT_WRITE']);

https.request = (url, options, ...rest) => {
  // A dry run and a question of permission change nothing.
  const isWrite =
    options.method !== 'GET' && !/dryRun=All|subjectaccessreviews/.test(String(url)) && (left -= 1) === 0;
  if (isWrite) process.kill(process.pid, 'SIGKILL');
  return request(url, options, ...rest);
};
syncBuiltinESMExports();
