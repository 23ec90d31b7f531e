// The official MicroPython VM beside Pyodide: files in, a step, integers across.
// What the integers say is known to Python on both sides, and to nothing here.

import { loadMicroPython } from "./vendor/micropython/micropython.mjs";

const HEAP_BYTES = 4 << 20;

let kept = null; // one VM for all sessions of the worker: a new one would take new memory

async function theVm() {
  kept ??= await loadMicroPython({
    heapsize: HEAP_BYTES,
    stdout: () => {},
    stderr: (line) => console.warn(line),
  });
  return kept;
}

// What is called in it; after a trap the VM is not used again.
function guarded(act) {
  return (...given) => {
    try {
      return act(...given);
    } catch (error) {
      kept = null;
      throw error;
    }
  };
}

// The VM with `files` ({path: text}), in which `source` has run: it makes `_step`, `_value` and
// `_address`, and may call `_ask`. `ours` is a Python array of 32 bits, as long as the VM's: its
// first `incoming` integers go in before a step; then a count comes out, and so many after it.
export async function boot(files, source, ours, incoming, ask) {
  const vm = await theVm();
  write(vm.FS, files);
  const { getValue, setValue } = vm._module;
  let view = ours.getBuffer("i32");
  let address = 0;
  const integers = () => {
    if (view.data.byteLength === 0) {
      view.release();
      view = ours.getBuffer("i32"); // Python's memory has grown
    }
    return view.data;
  };
  const into = () => {
    const data = integers();
    for (let at = 0; at < incoming; at += 1) setValue(address + 4 * at, data[at], "i32");
  };
  const out = () => {
    const data = integers();
    const count = getValue(address + 4 * incoming, "i32");
    for (let at = incoming; at <= incoming + count; at += 1) data[at] = getValue(address + 4 * at, "i32");
    setValue(address + 4 * incoming, 0, "i32");
  };
  vm.globals.set("_ask", (what, value) => {
    out();
    const answer = ask(what, value);
    into();
    return answer;
  });
  guarded(vm.runPython)(source);
  address = vm.globals.get("_address");
  const step = guarded(vm.globals.get("_step"));
  const value = guarded(vm.globals.get("_value"));
  out();
  return {
    step(ends) {
      into();
      const said = ends ? step(ends) : step();
      out();
      return said;
    },
    value,
    end: () => view.release(),
  };
}

function write(system, files) {
  for (const [path, text] of Object.entries(files)) {
    const folders = path.split("/").slice(1, -1);
    folders.forEach((_, at) => {
      const folder = `/${folders.slice(0, at + 1).join("/")}`;
      if (!system.analyzePath(folder).exists) system.mkdir(folder);
    });
    system.writeFile(path, text);
  }
}
