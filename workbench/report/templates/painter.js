// Draws a scene on a 2D canvas: painter's order, perspective, fog. It loads nothing.
const makePainter = (canvas, scene, state) => {
  "use strict";
  const ctx = canvas.getContext("2d"), labels = makeLabels(ctx, scene);
  const UNIT = 0.01, CAMERA = 62, FRONT = 9, BACK = -24;
  const HELIX_HALF = 1.1, COIL_HALF = 0.22;
  const LIGHT = {
    back: [255, 255, 255], ink: "#1a2230", ribbon: [151, 172, 196], carbon: [137, 130, 118],
    halo: "rgba(255,255,255,.88)", dash: [10, 110, 150], reference: [190, 24, 134], bad: "#a1241b", bond: "#7a5200", estimate: "#a01570",
    pocket: [123, 82, 199], pocketInk: "#5a2fb0", hydrophobic: [226, 140, 40], polar: [70, 140, 215], neutral: [228, 230, 226], helixInk: "#44556e", beside: [30, 110, 200], besideInk: "#0b4f97",
  };
  const DARK = {
    back: [18, 24, 32], ink: "#eef2f7", ribbon: [92, 116, 146], carbon: [176, 168, 152],
    halo: "rgba(18,24,32,.85)", dash: [110, 205, 240], reference: [240, 110, 200], bad: "#ff9d92", bond: "#ffd766", estimate: "#f06ec8",
    pocket: [170, 135, 245], pocketInk: "#cdb6ff", hydrophobic: [214, 134, 44], polar: [64, 120, 190], neutral: [128, 134, 140], helixInk: "#a9bdd6", beside: [110, 180, 255], besideInk: "#9ccbff",
  };
  const ELEMENTS = {
    C: [34, 150, 84], N: [52, 92, 230], O: [221, 44, 36], F: [140, 218, 130], S: [236, 190, 20],
    Cl: [40, 190, 60], Br: [150, 50, 30], I: [120, 20, 150], P: [240, 140, 20],
  };
  const BRIGHT = { ...ELEMENTS, N: [112, 146, 255], O: [245, 86, 74], C: [52, 176, 106] };
  const GOLD = [246, 178, 8], OTHER = [150, 150, 150];

  let colours = LIGHT, size = [0, 0];

  // --- geometry: everything below is in angstrom about the scene's centre
  const points = (flat) => {
    const out = [];
    for (let i = 0; i < flat.length; i += 3)
      out.push([flat[i] * UNIT, flat[i + 1] * UNIT, flat[i + 2] * UNIT]);
    return out;
  };
  const receptorBase = points(scene.receptor.xyz);
  const bonded = new Set(scene.receptor.bonds);
  const ribbons = scene.ribbons.map((r) => ({ p: points(r.p), s: points(r.s), w: widths(r.h) }));
  const poses = scene.poses.map((pose) => {
    const receptor = receptorBase.slice();
    for (let i = 0; i < pose.moved.length; i += 4)
      receptor[pose.moved[i]] = points(pose.moved.slice(i + 1, i + 4))[0];
    const crystal = pose.reference || scene.reference;
    return { ...pose, drug: points(pose.xyz), receptor, reference: thin(crystal), beside: thin(pose.beside) };
  });
  function thin(mol) {
    return mol && { ...mol, drug: points(mol.xyz) };
  }
  const pockets = scene.pockets.map((p) => ({ name: p.name, at: points(p.xyz)[0], r: p.radius * UNIT }));
  const helices = scene.helices.map((h) => ({ name: h.name, at: points(h.xyz)[0] }));
  const mesh = scene.surface && { ...scene.surface, at: points(scene.surface.xyz) };
  const current = () => poses[state.pose];
  // what must be seen: the drug, or the pockets of an empty groove
  const hasSubject = () => Boolean(current()) || pockets.length > 0;

  function widths(flags) {
    const raw = [...flags].map((f) => (f === "1" ? HELIX_HALF : COIL_HALF));
    return raw.map((_, i) => {
      const part = raw.slice(Math.max(0, i - 3), i + 4);
      return part.reduce((a, b) => a + b, 0) / part.length;
    });
  }

  function rotate(v) {
    const m = state.turn;
    return [m[0] * v[0] + m[1] * v[1] + m[2] * v[2], m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
      m[6] * v[0] + m[7] * v[1] + m[8] * v[2]];
  }

  // the first pose, seen as the page opens, fills the picture
  function extent() {
    const empty = pockets.length ? pockets.map((p) => p.at) : ribbons.flatMap((ribbon) => ribbon.p);
    const drug = current() && current().drug.length ? current().drug : null;
    const seen = (drug || empty).map(rotate);
    const far = (axis) => seen.reduce((most, p) => Math.max(most, Math.abs(p[axis])), 2);
    return [far(0) + (drug ? 2 : pockets.length ? 7 : 0), far(1) + (drug ? 5.6 : pockets.length ? 7 : 0)];
  }
  const [across, along] = extent();

  function project(v) {
    const r = rotate(v);
    const fit = Math.min(size[0] / across, size[1] / along) / 2;
    const k = state.zoom * fit * CAMERA / Math.max(CAMERA - r[2], 8);
    return { x: size[0] / 2 + state.shift[0] + r[0] * k, y: size[1] / 2 + state.shift[1] - r[1] * k, z: r[2], k };
  }
  // --- colour: distance fades into the background
  const fog = (z) => Math.min(0.86, Math.max(0, (FRONT - z) / (FRONT - BACK)) ** 1.25);
  const mix = (a, b, t) => a.map((v, i) => v + (b[i] - v) * t);
  const css = (c, alpha = 1) => `rgba(${c.map(Math.round).join(",")},${alpha})`;
  const shade = (c, z) => mix(c, colours.back, fog(z));
  const palette = () => (colours === DARK ? BRIGHT : ELEMENTS);
  const darker = (c) => mix(c, [0, 0, 0], 0.45);
  const lighter = (c) => mix(c, [255, 255, 255], 0.55);

  // --- primitives: [depth, function that paints]
  let prims = [];

  function ball(p, r, colour) {
    prims.push([p.z + r * 0.5, () => {
      const px = r * p.k, c = shade(colour, p.z);
      const g = ctx.createRadialGradient(p.x - px * 0.35, p.y - px * 0.4, px * 0.08, p.x, p.y, px);
      g.addColorStop(0, css(lighter(c)));
      g.addColorStop(0.45, css(c));
      g.addColorStop(1, css(mix(c, [0, 0, 0], 0.32)));
      ctx.beginPath();
      ctx.arc(p.x, p.y, px, 0, 7);
      ctx.fillStyle = g;
      ctx.fill();
    }]);
  }

  function line(a, b, width, style, dash) {
    ctx.beginPath();
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
    ctx.lineWidth = width;
    ctx.strokeStyle = style;
    ctx.setLineDash(dash || []);
    ctx.stroke();
  }

  function stick(a, b, r, colour, cap = "butt") {
    const z = (a.z + b.z) / 2;
    prims.push([z, () => {
      const w = 2 * r * (a.k + b.k) / 2, c = shade(colour, z), lift = w * 0.16;
      ctx.lineCap = cap;
      line(a, b, w, css(mix(c, [0, 0, 0], 0.34)));
      line(a, b, w * 0.72, css(c));
      line({ x: a.x - lift, y: a.y - lift }, { x: b.x - lift, y: b.y - lift }, w * 0.24, css(mix(c, [255, 255, 255], 0.4)));
    }]);
  }

  function bond(a, b, order, r, ca, cb) {
    const middle = (p, q) => ({ x: (p.x + q.x) / 2, y: (p.y + q.y) / 2, z: (p.z + q.z) / 2, k: (p.k + q.k) / 2 });
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const gap = order > 1 ? r * 0.95 * a.k : 0;
    const nx = -(b.y - a.y) / length * gap, ny = (b.x - a.x) / length * gap;
    for (const side of order > 1 ? [-1, 1] : [0]) {
      const p = { ...a, x: a.x + side * nx, y: a.y + side * ny }, q = { ...b, x: b.x + side * nx, y: b.y + side * ny };
      const m = middle(p, q), thin = order > 1 ? r * 0.62 : r;
      stick(p, m, thin, ca);
      stick(m, q, thin, cb);
    }
  }

  function molecule(mol, drug, r, ballRadius, carbon) {
    const at = drug.map(project);
    const colour = (i) => (mol.elements[i] === "C" && carbon) || palette()[mol.elements[i]] || OTHER;
    for (let i = 0; i < mol.bonds.length; i += 3) {
      const [a, b, order] = mol.bonds.slice(i, i + 3);
      bond(at[a], at[b], order, r, carbon && r < 0.1 ? carbon : colour(a), carbon && r < 0.1 ? carbon : colour(b));
    }
    at.forEach((p, i) => ball(p, ballRadius, r < 0.1 ? carbon : colour(i)));
    return at;
  }

  function ribbonPrims() {
    for (const { p, s, w } of ribbons) {
      const edge = (i, sign) => project(p[i].map((v, n) => v + sign * w[i] * s[i][n]));
      let a = [edge(0, 1), edge(0, -1)];
      for (let i = 1; i < p.length; i++) {
        const b = [edge(i, 1), edge(i, -1)], left = a;
        const tangent = p[i].map((v, n) => v - p[i - 1][n]), side = s[i];
        const normal = rotate([tangent[1] * side[2] - tangent[2] * side[1],
          tangent[2] * side[0] - tangent[0] * side[2], tangent[0] * side[1] - tangent[1] * side[0]]);
        const light = 0.6 + 0.4 * Math.abs(normal[2]) / (Math.hypot(...normal) || 1);
        const z = (left[0].z + left[1].z + b[0].z + b[1].z) / 4;
        quad(left, b, z, light, i);
        a = b;
      }
    }
  }

  function quad(a, b, z, light) {
    // what stands before the ligand turns to glass, so that it never hides it
    const alpha = hasSubject() ? Math.min(1, Math.max(0.15, 1 - (z - 4) / 8)) : 1;
    prims.push([z - 0.3, () => {
      const c = shade(mix([0, 0, 0], colours.ribbon, light), z), thin = Math.hypot(a[0].x - a[1].x, a[0].y - a[1].y) < 0.8 * a[0].k;
      ctx.lineCap = "round";
      ctx.beginPath();
      ctx.moveTo(a[0].x, a[0].y);
      ctx.lineTo(b[0].x, b[0].y);
      ctx.lineTo(b[1].x, b[1].y);
      ctx.lineTo(a[1].x, a[1].y);
      ctx.closePath();
      ctx.fillStyle = css(c, alpha);
      ctx.fill();
      if (alpha === 1) {
        // closes the hairlines between neighbours
        ctx.setLineDash([]);
        ctx.lineWidth = 1;
        ctx.strokeStyle = css(c);
        ctx.stroke();
      }
      if (alpha === 1 && thin) {
        // a strand seen edge on must not vanish
        const centre = (e) => ({ x: (e[0].x + e[1].x) / 2, y: (e[0].y + e[1].y) / 2 });
        line(centre(a), centre(b), a[0].k * COIL_HALF * 1.7, css(c));
      }
      line(a[0], b[0], 1.1, css(darker(c), alpha * 0.8));
      line(a[1], b[1], 1.1, css(darker(c), alpha * 0.8));
    }]);
  }

  function sideChains(shown) {
    const pose = current(), receptor = scene.receptor;
    const at = (pose ? pose.receptor : receptorBase).map(project);
    const colour = (i) => (receptor.elements[i] === "C" ? colours.carbon : palette()[receptor.elements[i]] || OTHER);
    for (let i = 0; i < receptor.bonds.length; i += 2) {
      const [a, b] = receptor.bonds.slice(i, i + 2);
      if (!shown.has(receptor.residue[a])) continue;
      const r = scene.focus.includes(receptor.residue[a]) ? 0.16 : 0.11;
      bond(at[a], at[b], 1, r, colour(a), colour(b));
    }
    at.forEach((p, i) => {
      if (!shown.has(receptor.residue[i]) || !bonded.has(i)) return;
      const sulphur = i === (pose ? pose.link && pose.link[0] : scene.sulphur);
      ball(p, sulphur ? 0.42 : scene.focus.includes(receptor.residue[i]) ? 0.18 : 0.13, colour(i));
    });
    return at;
  }

  function linkPrims(link, receptor, drug) {
    const a = receptor[link[0]], b = drug[link[1]], z = (a.z + b.z) / 2;
    if (link[3]) {
      prims.push([z - 0.05, () => {
        ctx.lineCap = "round";
        line(a, b, 0.95 * a.k, css(GOLD, 0.3));
      }]);
      stick(a, b, 0.25, GOLD);
    } else {
      prims.push([z, () => line(a, b, 2.5, css(GOLD), [3, 5])]);
    }
  }

  function pocketPrims() {
    return pockets.map(({ name, at, r }) => {
      const p = project(at), px = r * p.k;
      prims.push([p.z, () => {
        const c = colours.pocket, g = ctx.createRadialGradient(p.x - px * 0.3, p.y - px * 0.35, px * 0.05, p.x, p.y, px);
        g.addColorStop(0, css(lighter(c), 0.35));
        g.addColorStop(1, css(c, 0.5));
        ctx.beginPath();
        ctx.arc(p.x, p.y, px, 0, 7);
        ctx.fillStyle = g;
        ctx.fill();
        ctx.setLineDash([]);
        ctx.lineWidth = 1.4;
        ctx.strokeStyle = css(c, 0.9);
        ctx.stroke();
      }]);
      return { ...p, name };
    });
  }

  // the far side is not drawn, and what stands before the subject is glass
  function surfacePrims() {
    const at = mesh.at.map(project);
    for (let i = 0; i < mesh.quads.length; i += 4) {
      const four = mesh.quads.slice(i, i + 4), corners = four.map((n) => at[n]);
      const [a, b, c, d] = corners;
      const facing = (c.x - a.x) * (d.y - b.y) - (c.y - a.y) * (d.x - b.x);
      if (facing > 0) continue;
      const [p, q, r, s] = four.map((n) => mesh.at[n]);
      const u = r.map((v, n) => v - p[n]), w = s.map((v, n) => v - q[n]);
      const normal = rotate([u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2], u[0] * w[1] - u[1] * w[0]]);
      const light = 0.62 + 0.38 * Math.abs(normal[2]) / (Math.hypot(...normal) || 1);
      const z = (a.z + b.z + c.z + d.z) / 4, share = four.reduce((sum, n) => sum + mesh.hydropathy[n], 0) / 400;
      const tint = mix(colours.neutral, share > 0 ? colours.hydrophobic : colours.polar, Math.abs(share));
      prims.push([z - 1.5, () => {
        ctx.beginPath();
        corners.forEach((corner, n) => (n ? ctx.lineTo(corner.x, corner.y) : ctx.moveTo(corner.x, corner.y)));
        ctx.closePath();
        ctx.fillStyle = css(shade(mix([0, 0, 0], tint, light), z), Math.min(0.92, Math.max(0.13, 0.92 - (z + 1) / 5)));
        ctx.fill();
      }]);
    }
  }

  // --- the picture
  function paint() {
    const box = canvas.getBoundingClientRect(), ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (!box.width) return;
    size = [box.width, box.height];
    if (canvas.width !== Math.round(size[0] * ratio) || canvas.height !== Math.round(size[1] * ratio)) {
      canvas.width = Math.round(size[0] * ratio);
      canvas.height = Math.round(size[1] * ratio);
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.fillStyle = css(colours.back);
    ctx.fillRect(0, 0, ...size);
    prims = [];
    const pose = current();
    const near = pose ? pose.near : scene.lining;
    const hidden = (pose && pose.hidden) || [];
    const shown = new Set(scene.focus.concat(state.sides ? near : []).filter((n) => !hidden.includes(n)));
    ribbonPrims();
    if (state.surface && mesh) surfacePrims();
    const receptorAt = sideChains(shown);
    const pocketAt = state.pockets ? pocketPrims() : [];
    const drugAt = pose ? molecule(pose, pose.drug, 0.17, 0.33) : [];
    if (pose && pose.link) linkPrims(pose.link, receptorAt, drugAt);
    const others = [];
    for (const [kind, colour, ink] of [["reference", colours.reference, colours.estimate], ["beside", colours.beside, colours.besideInk]]) {
      const mol = state[kind] && pose && pose[kind];
      if (mol) others.push([molecule(mol, mol.drug, 0.09, 0.12, colour), mol.label, ink]);
    }
    for (const [x, y, z, atom] of state.contacts && pose ? pose.dashes : []) {
      const a = project([x * UNIT, y * UNIT, z * UNIT]), b = drugAt[atom];
      prims.push([(a.z + b.z) / 2, () => line(a, b, 1.8, css(shade(colours.dash, a.z)), [5, 4])]);
    }
    prims.sort((a, b) => a[0] - b[0]);
    for (const prim of prims) prim[1]();
    if (state.labels)
      labels.paint({ pose, shown, receptorAt, drugAt, pocketAt, others, helixAt: helices.map((h) => ({ ...project(h.at), name: h.name })) }, size, colours);
    if (pose && pose.note) labels.banner(pose.note, size, colours);
    const ends = pose && pose.link ? [pose.receptor[pose.link[0]], pose.drug[pose.link[1]]] : null;
    canvas.dataset.bond = ends ? Math.hypot(...ends[0].map((v, i) => v - ends[1][i])).toFixed(2) : "";
    canvas.dataset.pose = pose ? pose.id : "";
    canvas.dataset.pockets = pocketAt.map((p) => p.name).join(" ");
    canvas.dataset.primitives = prims.length;
  }

  return {
    poses, paint,
    setDark: (isDark) => {
      colours = isDark ? DARK : LIGHT;
    },
  };
};
