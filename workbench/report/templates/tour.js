// The steps of the tour: which text shows, what the scene shows with it, and the questions.
(() => {
  "use strict";
  const steps = [...document.querySelectorAll(".step")];
  const scene = JSON.parse(document.getElementById("scene").textContent);
  const main = document.getElementById("main");
  const byId = (id) => document.getElementById(id);

  function look(view) {
    const pick = byId("pose");
    pick.value = String(scene.poses.findIndex((pose) => pose.id === view.pose));
    pick.dispatchEvent(new Event("change"));
    for (const name of ["surface", "pockets", "reference", "sides"]) {
      const box = byId(`show-${name}`);
      if (box && box.checked !== view[name]) box.click();
    }
    byId("reset").click();
    const factor = byId("closer");
    for (let zoom = 1; zoom * 1.2 <= view.zoom * 1.05; zoom *= 1.2) factor.click();
    for (let zoom = 1; zoom / 1.2 >= view.zoom / 1.05; zoom /= 1.2) byId("farther").click();
  }

  function go(index, focus) {
    steps.forEach((step, i) => step.classList.toggle("now", i === index));
    for (const button of document.querySelectorAll(".steps button"))
      if (Number(button.dataset.step) === index) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    look(JSON.parse(steps[index].dataset.look));
    if (!focus) return;
    steps[index].querySelector("h2").focus({ preventScroll: true });
    const top = byId("viewer").getBoundingClientRect().top;
    if (top < 0 || top > window.innerHeight / 2) byId("viewer").scrollIntoView({ block: "start" });
  }

  document.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]"), level = event.target.closest("[data-level]");
    if (step) go(Number(step.dataset.step), true);
    if (!level) return;
    main.classList.toggle("leaflet", level.dataset.level === "leaflet");
    for (const button of document.querySelectorAll("[data-level]"))
      button.setAttribute("aria-pressed", String(button === level));
  });

  for (const box of document.querySelectorAll(".step fieldset")) {
    const said = box.querySelector("[role=status]");
    box.addEventListener("change", (event) => {
      said.textContent = event.target.dataset.feedback;
      said.className = event.target.value === box.dataset.right ? "right" : "";
      said.hidden = false;
    });
  }
  main.classList.add("live", "leaflet");
  go(0, false);
})();
