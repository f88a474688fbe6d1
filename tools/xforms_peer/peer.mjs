// What ODK's own form engine makes of a form and of answers to it: one line of JSON in, one line of JSON out.
//
//   node peer.mjs FOLDER            FOLDER is where the packages of package.json are installed
//
//   {"do": "form", "id": ID, "xml": XFORM}               {} or {"refused": why}
//   {"do": "begin", "id": ID, "now": milliseconds}       begins an instance and answers with what changed
//   {"do": "set", "ref": REFERENCE, "value": TEXT}
//   {"do": "add", "ref": REFERENCE}                      one more instance of a repeat, behind the last
//   {"do": "remove", "ref": REFERENCE, "index": 0…}
//   {"do": "language", "name": NAME}                     as the form declares it: "French (fr)"
//   {"do": "submission"}                                 {"xml": what a client would send}
//
// What changed: {"language": NAME, "languages": [NAME, …], "changed": {REFERENCE: node, …}, "gone": [REFERENCE, …]}.
// Whatever goes wrong is answered as {"error": why}. Clock, chance and time zone are the same in every run.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { process } = globalThis;
process.env.TZ = 'UTC';
const require = createRequire(pathToFileURL(`${process.argv[2]}/`));

let clock = 0;
const SystemDate = Date;
globalThis.Date = class extends SystemDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [clock] : parts));
  }

  static now() {
    return clock;
  }
};
Math.random = () => 0.5;

// The engine reads the form through the browser's own parser.
const { JSDOM } = require('jsdom');
const browser = new JSDOM('').window;
globalThis.window = browser;
globalThis.document = browser.document;
for (const name of Object.getOwnPropertyNames(browser)) {
  if (/^[A-Z]/.test(name) && !(name in globalThis)) {
    globalThis[name] = browser[name];
  }
}

// It is built for browsers: under Node, its parser of expressions would look for files that the package does not have.
globalThis.process = undefined;
const engine = await import(pathToFileURL(require.resolve('@getodk/xforms-engine')));
globalThis.process = process;

const forms = new Map();
let root = null;
let told = new Map();

const text = (range) => range?.asString ?? null;

const bounds = ({ start, end, step }) => [start, end, step].map(Number);

function described(node) {
  const state = node.currentState;
  const said = {
    kind: node.nodeType,
    relevant: state.relevant,
    readonly: state.readonly,
    required: state.required,
    label: text(state.label),
  };
  if (node.nodeType.startsWith('repeat-range')) {
    return { ...said, count: state.children.length };
  }
  if (state.children != null) {
    return said;
  }
  const violation = node.validationState.violation;
  return {
    ...said,
    hint: text(state.hint),
    type: node.valueType ?? null,
    bounds: node.nodeType === 'range' ? bounds(node.definition.bounds) : null,
    many: node.nodeType === 'select' && node.selectType === 'select',
    value: state.instanceValue,
    fault: violation?.condition ?? null,
    message: violation?.message?.origin === 'form' ? text(violation.message) : null,
    choices: state.valueOptions?.map((each) => [each.value, text(each.label)]) ?? null,
  };
}

function* below(node) {
  for (const child of node.currentState.children ?? []) {
    yield child;
    yield* below(child);
  }
}

function changes() {
  const now = new Map();
  for (const node of below(root)) {
    now.set(node.currentState.reference + (node.nodeType.startsWith('repeat-range') ? '[]' : ''), described(node));
  }
  const changed = {};
  const seen = new Map();
  for (const [reference, node] of now) {
    const line = JSON.stringify(node);
    seen.set(reference, line);
    if (told.get(reference) !== line) {
      changed[reference] = node;
    }
  }
  const gone = [...told.keys()].filter((reference) => !seen.has(reference));
  told = seen;
  return {
    language: root.currentState.activeLanguage.language,
    languages: root.languages.map((each) => each.language),
    changed,
    gone,
  };
}

function found(reference, repeat = false) {
  for (const node of below(root)) {
    if (node.currentState.reference === reference && node.nodeType.startsWith('repeat-range') === repeat) {
      return node;
    }
  }
  throw new Error(`there is no ${reference}`);
}

function set(node, value) {
  switch (node.nodeType) {
    case 'select':
      return node.selectValues(value.split(' ').filter(Boolean));
    case 'rank':
      return node.setValues(value.split(' ').filter(Boolean));
    case 'trigger':
      return node.setValue(value === 'OK');
    case 'upload':
      return node.setValue(value === '' ? null : new File(['a picture'], value, { type: 'image/png' }));
    case 'range':
      return node.setValue(value === '' ? null : Number(value));
    default:
      return node.setValue(value);
  }
}

async function answered(asked) {
  switch (asked.do) {
    case 'form': {
      const form = await engine.loadForm(asked.xml, { geolocationProvider: null });
      if (form.status === 'failure') {
        return { refused: String(form.error?.message ?? form.error) };
      }
      forms.set(asked.id, form);
      return {};
    }
    case 'begin':
      clock = asked.now;
      root = forms
        .get(asked.id)
        .createInstance({ stateFactory: (state) => state, preloadProperties: { deviceID: 'peer' } }).root;
      told = new Map();
      return changes();
    case 'set':
      set(found(asked.ref), asked.value);
      return changes();
    case 'add':
      found(asked.ref, true).addInstances();
      return changes();
    case 'remove':
      found(asked.ref, true).removeInstances(asked.index);
      return changes();
    case 'language':
      root.setLanguage(root.languages.find((each) => each.language === asked.name));
      return changes();
    case 'submission': {
      const payload = await root.prepareInstancePayload({ payloadType: 'monolithic' });
      const [data] = [payload.data].flat();
      return { xml: await data.get('xml_submission_file').text() };
    }
    default:
      throw new Error(`nothing is known of ${asked.do}`);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await answered(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
