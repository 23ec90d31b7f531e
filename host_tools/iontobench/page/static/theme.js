// The theme that was chosen, before anything is drawn. Nothing chosen: the system's.
(() => {
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // storage is not allowed: the system's theme
  }
})();
