// One MicroPython VM behind JSON lines: a request a line on stdin, an answer a line on stdout.
//
// argv[2] is the VM's module, argv[3] its first heap in bytes. Requests: {op: "load", files:
// {path: text}}, {op: "exec", source}, {op: "call", source, file, function, args}. Answers:
// {ok: true, result, printed} or {ok: false, type, traceback, printed}. {op: "take", path} answers
// with a file of the VM in base64 and removes it. It knows no time: whoever asks kills a hung VM.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const BOOT = `
import json

def _call(source, file, function, args):
    scope = {"__name__": "__vm__"}
    exec(compile(source, file, "exec"), scope)
    return json.dumps(scope[function](*json.loads(args)))
`;
const CALL = `
try:
    _reply = _call(_source, _file, _function, _args)
finally:
    _source = _args = None
`;

let printed = [];
const { loadMicroPython } = await import(pathToFileURL(process.argv[2]));
const vm = await loadMicroPython({
  heapsize: Number(process.argv[3]),
  stdout: (line) => printed.push(line),
  stderr: (line) => printed.push(line),
});
vm.runPython(BOOT);

function load(files) {
  for (const [path, text] of Object.entries(files)) {
    const folders = path.split("/").slice(1, -1);
    folders.forEach((_, at) => {
      const folder = "/" + folders.slice(0, at + 1).join("/");
      if (!vm.FS.analyzePath(folder).exists) vm.FS.mkdir(folder);
    });
    vm.FS.writeFile(path, text);
  }
}

function call(request) {
  for (const name of ["source", "file", "function", "args"]) {
    vm.globals.set("_" + name, request[name]);
  }
  vm.runPython(CALL);
  const reply = vm.globals.get("_reply");
  vm.globals.set("_reply", null);
  return JSON.parse(reply);
}

function take(path) {
  const bytes = Buffer.from(vm.FS.readFile(path));
  vm.FS.unlink(path);
  return bytes.toString("base64");
}

function answer(request) {
  printed = [];
  try {
    let result = null;
    if (request.op === "load") load(request.files);
    else if (request.op === "exec") vm.runPython(request.source);
    else if (request.op === "call") result = call(request);
    else if (request.op === "take") result = take(request.path);
    else throw new Error("no such request: " + request.op);
    return { ok: true, result, printed };
  } catch (error) {
    return { ok: false, type: error.type ?? error.name, traceback: error.message, printed };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n");
}
