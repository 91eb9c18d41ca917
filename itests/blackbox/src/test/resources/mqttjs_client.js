// Drives MQTT.js by lines on standard input; ScriptPeer.java tells the form.
const mqtt = require('mqtt');
const readline = require('readline');

const [host, port, version] = process.argv.slice(2);
const protocol = process.env.MQTT_PROTOCOL || 'mqtt';
const v5 = version === '5';
let client;

function say(verb, pairs) {
  process.stdout.write(verb + '?' + new URLSearchParams(pairs).toString() + '\n');
}

function answer(error) {
  say(error ? 'error' : 'ok', error ? [['error', String(error)]] : []);
}

function propertiesOf(arguments_) {
  if (!v5) {
    return undefined;
  }
  const properties = {};
  if (arguments_.has('contentType')) {
    properties.contentType = arguments_.get('contentType');
  }
  if (arguments_.has('responseTopic')) {
    properties.responseTopic = arguments_.get('responseTopic');
  }
  if (arguments_.has('correlation')) {
    properties.correlationData = Buffer.from(arguments_.get('correlation'));
  }
  if (arguments_.has('expiry')) {
    properties.messageExpiryInterval = Number(arguments_.get('expiry'));
  }
  if (arguments_.has('alias')) {
    properties.topicAlias = Number(arguments_.get('alias'));
  }
  for (const each of arguments_.getAll('user')) {
    const [name, value] = each.split('=', 2);
    properties.userProperties = properties.userProperties || {};
    (properties.userProperties[name] = properties.userProperties[name] || []).push(value);
  }
  return properties;
}

function onMessage(topic, payload, packet) {
  const pairs = [
    ['topic', topic],
    ['payload', payload.toString('base64')],
    ['qos', packet.qos],
    ['retain', packet.retain],
  ];
  const properties = packet.properties || {};
  for (const [name, key] of [
    ['contentType', 'contentType'],
    ['responseTopic', 'responseTopic'],
    ['correlationData', 'correlation'],
    ['messageExpiryInterval', 'expiry'],
  ]) {
    if (properties[name] !== undefined) {
      pairs.push([key, properties[name].toString()]);
    }
  }
  for (const id of [].concat(properties.subscriptionIdentifier || [])) {
    pairs.push(['id', id]);
  }
  for (const [name, values] of Object.entries(properties.userProperties || {})) {
    for (const value of [].concat(values)) {
      pairs.push(['user', name + '=' + value]);
    }
  }
  say('message', pairs);
}

const commands = {
  connect(arguments_) {
    const persistent = arguments_.get('persistent') === 'true';
    const options = {
      host,
      protocol,
      path: '/mqtt',
      rejectUnauthorized: false, // the certificate is made for the test
      port: Number(port),
      protocolVersion: Number(version),
      clientId: arguments_.get('clientId'),
      clean: !persistent,
      keepalive: Number(arguments_.get('keepAlive')),
      reconnectPeriod: 0,
    };
    if (v5) {
      options.properties = {
        sessionExpiryInterval: persistent ? 600 : 0,
        topicAliasMaximum: Number(arguments_.get('aliases')),
      };
    }
    if (arguments_.has('topic')) {
      options.will = {
        topic: arguments_.get('topic'),
        payload: Buffer.from(arguments_.get('payload'), 'base64'),
        qos: Number(arguments_.get('qos')),
        retain: arguments_.get('retain') === 'true',
        properties: propertiesOf(arguments_),
      };
    }
    client = mqtt.connect(options);
    client.on('message', onMessage);
    client.once('connect', (connack) => {
      say('ok', [['present', connack.sessionPresent]]);
      client.on('close', () => say('lost', []));
    });
    client.on('error', (error) => {
      if (!client.connected) {
        answer(error);
      }
    });
  },
  subscribe(arguments_) {
    const options = { qos: Number(arguments_.get('qos')) };
    const identifier = Number(arguments_.get('identifier'));
    if (v5 && identifier) {
      options.properties = { subscriptionIdentifier: identifier };
    }
    client.subscribe(arguments_.get('filter'), options, answer);
  },
  publish(arguments_) {
    const options = {
      qos: Number(arguments_.get('qos')),
      retain: arguments_.get('retain') === 'true',
      properties: propertiesOf(arguments_),
    };
    const payload = Buffer.from(arguments_.get('payload') || '', 'base64');
    client.publish(arguments_.get('topic'), payload, options, answer);
  },
  disconnect() {
    client.end(false, {}, answer);
  },
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const mark = line.indexOf('?');
  commands[line.substring(0, mark)](new URLSearchParams(line.substring(mark + 1)));
});
