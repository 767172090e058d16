// The words on the 3D picture: residues, the S-C distance, the reference. It loads nothing.
const makeLabels = (ctx, scene) => {
  "use strict";
  const between = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

  function residueItems(shown, receptorAt, colours) {
    const items = [...shown].map((index) => {
      const own = receptorAt.filter((_, i) => scene.receptor.residue[i] === index);
      const tip = own.length > 1 ? own.slice(1) : own;
      const mean = (key) => tip.reduce((sum, p) => sum + p[key], 0) / tip.length;
      return {
        text: scene.receptor.labels[index], p: { x: mean("x"), y: mean("y") }, z: mean("z"),
        first: scene.focus.includes(index), colour: colours.ink,
      };
    });
    // the reactive residue first, then the nearest
    return items.sort((a, b) => b.first - a.first || b.z - a.z);
  }

  function linkItem(link, a, b, colours) {
    const text = link[3] ? `S\u2013C ${link[2]} \u00c5` : `S\u00b7\u00b7\u00b7C ${link[2]} \u00c5, no bond`;
    return { text, p: between(a, b), colour: colours.bond };
  }

  // one that finds no free place is left out: no label stands over another or over the drug
  function write(items, occupied, size, colours) {
    const taken = occupied.map((p) => [p.x, p.y, 11]);
    ctx.font = "600 12.5px system-ui, sans-serif";
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.setLineDash([]);
    for (const { text, p, colour } of items) {
      if (p.x < 0 || p.x > size[0] || p.y < 0 || p.y > size[1]) continue;
      const half = ctx.measureText(text).width / 2 + 4;
      const places = [[0, 0], [0, -18], [0, 18], [half + 12, 0], [-half - 12, 0], [0, -32], [0, 32]]
        .map(([dx, dy]) => [Math.min(size[0] - half, Math.max(half, p.x + dx)), p.y + dy]);
      const free = places.find(([x, y]) => y > 10 && y < size[1] - 10
        && !taken.some((t) => Math.abs(t[0] - x) < t[2] + half && Math.abs(t[1] - y) < 16));
      if (!free) continue;
      taken.push([...free, half]);
      ctx.lineWidth = 4;
      ctx.strokeStyle = colours.halo;
      ctx.strokeText(text, ...free);
      ctx.fillStyle = colour;
      ctx.fillText(text, ...free);
    }
  }

  function paint({ pose, shown, receptorAt, drugAt, pocketAt, others, helixAt }, size, colours) {
    const items = [], occupied = [...drugAt];
    if (pose && pose.link) {
      const a = receptorAt[pose.link[0]], b = drugAt[pose.link[1]];
      items.push(linkItem(pose.link, a, b, colours));
      occupied.push(a, between(a, b));
    }
    for (const p of pocketAt) items.push({ text: p.name, p, colour: colours.pocketInk });
    for (const [at, text, colour] of others) {
      const rightmost = at.reduce((most, p) => (p.x > most.x ? p : most));
      items.push({ text, p: rightmost, colour });
    }
    const helices = helixAt.map((p) => ({ text: p.name, p, colour: colours.helixInk }));
    write(items.concat(helices, residueItems(shown, receptorAt, colours)), occupied, size, colours);
  }

  function banner(text, size, colours) {
    ctx.font = "700 13.5px system-ui, sans-serif";
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillStyle = colours.halo;
    ctx.fillRect(0, 0, size[0], 28);
    ctx.fillStyle = colours.bad;
    ctx.fillText(text, 10, 15, size[0] - 20);
  }

  return { paint, banner };
};
