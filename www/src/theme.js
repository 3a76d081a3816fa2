// Applies the chosen theme before anything is drawn. The theme is all that this page stores.
(() => {
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const read = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };
  const keep = (theme) => {
    try {
      if (theme === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // If the browser stores nothing, the choice lasts as long as the page.
    }
  };
  const show = (theme) => {
    root.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.querySelector("span").textContent = { auto: "Auto", light: "Light", dark: "Dark" }[theme];
  };
  const known = read();
  show(themes.includes(known) ? known : "auto");
  document.addEventListener("DOMContentLoaded", () => {
    show(root.dataset.theme);
    document.getElementById("theme").addEventListener("click", () => {
      const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
      keep(next);
      show(next);
    });
  });
})();
