/**
 * onnxruntime reports to its maker by HTTPS, keeps a device id in the home folder, and writes to standard error, unless
 * this variable is set before it is loaded (https://github.com/microsoft/onnxruntime/pull/27379). Native code does not see
 * what a worker thread sets: import this in the main thread.
 */
// eslint-disable-next-line no-restricted-syntax -- It is no setting of the app's, and is not read here.
process.env['ORT_DISABLE_TELEMETRY'] = '1';
