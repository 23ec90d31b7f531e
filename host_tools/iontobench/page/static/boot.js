// Loads Pyodide and the project's Python from the page's own files, for either worker.
// Nothing of the bench is here: an archive is unpacked, a module is imported.

const BASE = new URL("./", import.meta.url);

async function bytesOf(name) {
  const answer = await fetch(new URL(name, BASE));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.arrayBuffer();
}

// Python waits for the page's messages in the middle of a session, which not every browser lets it.
const WITHOUT = "this browser cannot run it: WebAssembly cannot wait here (JSPI); " +
  "use Chromium, Chrome or Edge from version 137 on";

// `archives`: names of archives of Python to unpack; `said(text, share)` is told how far it is.
export async function boot(archives, said) {
  if (!("Suspending" in WebAssembly)) throw new Error(WITHOUT);
  said("loading Python", 0.1);
  const waiting = archives.map(bytesOf);
  const { loadPyodide } = await import(new URL("vendor/pyodide/pyodide.mjs", BASE));
  const python = await loadPyodide({
    indexURL: new URL("vendor/pyodide/", BASE).href,
    stdout: () => {},
    stderr: (line) => console.warn(line),
  });
  said("loading the bench", 0.6);
  const target = "/lib/bench";
  for (const archive of waiting) {
    python.unpackArchive(await archive, "zip", { extractDir: target });
  }
  python.runPython(`import sys; sys.path.insert(0, ${JSON.stringify(target)})`);
  said("starting the bench", 0.8);
  return python;
}
