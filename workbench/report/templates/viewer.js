// The controls of the 3D view; painter.js draws. It loads nothing.
(() => {
  "use strict";
  const data = document.getElementById("scene");
  const canvas = document.getElementById("canvas");
  if (!data || !canvas) return;
  const scene = JSON.parse(data.textContent);
  const byId = (id) => document.getElementById(id);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const start = scene.view;
  const state = {
    pose: scene.first, turn: start.slice(), zoom: 1, shift: [0, 0], spin: false,
    labels: true, sides: true, surface: false, pockets: !scene.poses.length, contacts: true, reference: false, beside: false,
  };
  const painter = makePainter(canvas, scene, state);
  const poses = painter.poses;
  const current = () => poses[state.pose];
  let queued = false;
  painter.setDark(dark.matches);

  function draw() {
    if (!queued)
      requestAnimationFrame(() => {
        queued = false;
        painter.paint();
        if (state.spin) setTimeout(() => turn("y", 0.012), 30);
      });
    queued = true;
  }

  function turn(axis, angle) {
    const c = Math.cos(angle), s = Math.sin(angle), m = state.turn;
    const [i, j] = axis === "y" ? [0, 2] : axis === "x" ? [2, 1] : [1, 0];
    const a = m.slice(3 * i, 3 * i + 3), b = m.slice(3 * j, 3 * j + 3);
    for (let n = 0; n < 3; n++) {
      m[3 * i + n] = c * a[n] + s * b[n];
      m[3 * j + n] = c * b[n] - s * a[n];
    }
    draw();
  }

  function show(index) {
    if (!poses.length) return draw();
    state.pose = (index + poses.length) % poses.length;
    const pose = current();
    byId("pose").value = String(state.pose);
    const near = pose.near.map((i) => scene.receptor.labels[i]).join(", ");
    const link = !pose.link ? "" : pose.link[3] ? ` S\u2013C bond ${pose.link[2]} \u00c5.` : ` S\u00b7\u00b7\u00b7C ${pose.link[2]} \u00c5, not bonded.`;
    byId("shown").textContent = `${pose.title}.${pose.note ? ` ${pose.note}.` : ""}${link} ${pose.elements.length ? "Within 4.5 \u00c5" : "Lining"}: ${near || "no residue"}.`;
    for (const button of document.querySelectorAll(".quick [data-view]"))
      button.setAttribute("aria-pressed", String(button.dataset.view === pose.id));
    document.dispatchEvent(new CustomEvent("poseshown", { detail: pose.id }));
    draw();
  }

  // --- controls
  let group = null;
  poses.forEach((pose, i) => {
    if (!group || group.label !== pose.group) {
      group = document.createElement("optgroup");
      group.label = pose.group;
      byId("pose").append(group);
    }
    group.append(new Option(pose.title, String(i)));
  });
  byId("pose").addEventListener("change", (event) => show(Number(event.target.value)));
  byId("previous").addEventListener("click", () => show(state.pose - 1));
  byId("next").addEventListener("click", () => show(state.pose + 1));
  for (const name of ["labels", "sides", "surface", "pockets", "contacts", "reference", "beside", "spin"]) {
    const box = byId(`show-${name}`);
    if (!box) continue;
    box.checked = state[name];
    box.addEventListener("change", () => {
      state[name] = box.checked;
      for (const text of document.querySelectorAll(`.of-${name}`)) text.hidden = !box.checked;
      draw();
    });
  }
  const zoom = (factor) => {
    state.zoom = Math.min(6, Math.max(0.3, state.zoom * factor));
    draw();
  };
  const reset = () => {
    Object.assign(state, { turn: start.slice(), zoom: 1, shift: [0, 0] });
    draw();
  };
  byId("closer").addEventListener("click", () => zoom(1.2));
  byId("farther").addEventListener("click", () => zoom(1 / 1.2));
  byId("reset").addEventListener("click", reset);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-view]");
    const index = button ? poses.findIndex((pose) => pose.id === button.dataset.view) : -1;
    if (index < 0) return;
    show(index);
    byId("viewer").scrollIntoView({ behavior: still.matches ? "auto" : "smooth", block: "nearest" });
  });

  const KEYS = {
    ArrowLeft: () => turn("y", -0.12), ArrowRight: () => turn("y", 0.12), ArrowUp: () => turn("x", -0.12),
    ArrowDown: () => turn("x", 0.12), ",": () => turn("z", 0.12), ".": () => turn("z", -0.12),
    "+": () => zoom(1.15), "=": () => zoom(1.15), "-": () => zoom(1 / 1.15), 0: reset, Home: reset,
    n: () => show(state.pose + 1), p: () => show(state.pose - 1),
  };
  canvas.addEventListener("keydown", (event) => {
    const act = !event.ctrlKey && !event.metaKey && !event.altKey && KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  const fingers = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    fingers.set(event.pointerId, event);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
    const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
    fingers.set(event.pointerId, event);
    if (other) {
      const apart = (e) => Math.hypot(e.clientX - other.clientX, e.clientY - other.clientY) || 1;
      zoom(apart(event) / apart(before));
    } else if (event.shiftKey || event.buttons & 6) {
      state.shift = [state.shift[0] + dx, state.shift[1] + dy];
      draw();
    } else {
      turn("y", dx * 0.008);
      turn("x", dy * 0.008);
    }
  });
  for (const type of ["pointerup", "pointercancel"])
    canvas.addEventListener(type, (event) => fingers.delete(event.pointerId));
  canvas.addEventListener("wheel", (event) => {
    // without focus the wheel scrolls the page, as a reader expects
    if (document.activeElement !== canvas) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.0012));
  }, { passive: false });
  dark.addEventListener("change", () => {
    painter.setDark(dark.matches);
    draw();
  });
  new ResizeObserver(draw).observe(canvas);
  byId("viewer").classList.add("ready");
  show(state.pose);
})();
