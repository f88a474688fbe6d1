// Zoom and pan by keys, buttons, wheel and drag, and the drawing as a picture. The page is whole without it.
(() => {
  const frame = document.querySelector(".frame"), svg = frame && frame.querySelector("svg.map");
  if (!svg) return;
  const whole = svg.getAttribute("viewBox").split(" ").map(Number), [, , W, H] = whole;
  let [x, y, w] = whole, drag = null, moved = false;
  const show = () => {
    w = Math.min(W, Math.max(W / 24, w));
    const h = w * H / W;
    x = Math.min(W - w, Math.max(0, x));
    y = Math.min(H - h, Math.max(0, y));
    svg.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
  };
  const zoom = (by, cx = .5, cy = .5) => {
    const h = w * H / W, next = Math.min(W, Math.max(W / 24, w * by));
    x += cx * (w - next);
    y += cy * (h - next * H / W);
    w = next;
    show();
  };
  const at = event => {
    const box = svg.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const tools = frame.querySelector(".tools");
  tools.hidden = false;
  svg.setAttribute("tabindex", "0");
  const acts = { closer: () => zoom(.6), farther: () => zoom(1 / .6), whole: () => { [x, y, w] = whole; show(); } };
  tools.addEventListener("click", event => {
    const act = acts[event.target.dataset.act];
    if (act) act();
    if (event.target.dataset.act === "picture") picture();
  });
  svg.addEventListener("keydown", event => {
    const step = w / 8;
    const keys = { "+": acts.closer, "=": acts.closer, "-": acts.farther, "0": acts.whole,
      ArrowLeft: () => { x -= step; show(); }, ArrowRight: () => { x += step; show(); },
      ArrowUp: () => { y -= step; show(); }, ArrowDown: () => { y += step; show(); } };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  svg.addEventListener("wheel", event => {
    if (!event.ctrlKey && document.activeElement !== svg) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, ...at(event));
  }, { passive: false });
  svg.addEventListener("pointerdown", event => {
    if (event.pointerType !== "touch" && w < W) drag = [event.clientX, event.clientY, x, y];
    moved = false;
  });
  svg.addEventListener("pointermove", event => {
    if (!drag) return;
    const scale = w / svg.getBoundingClientRect().width;
    x = drag[2] - (event.clientX - drag[0]) * scale;
    y = drag[3] - (event.clientY - drag[1]) * scale;
    moved = moved || Math.abs(event.clientX - drag[0]) + Math.abs(event.clientY - drag[1]) > 4;
    show();
  });
  addEventListener("pointerup", () => { drag = null; });
  svg.addEventListener("dragstart", event => event.preventDefault());
  svg.addEventListener("click", event => { if (moved) event.preventDefault(); }, true);
  const picture = async () => {
    const text = await (await fetch(tools.dataset.svg)).text();
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = W;
    canvas.height = Math.round(W * image.naturalHeight / image.naturalWidth);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await new Promise(done => canvas.toBlob(done, "image/png")));
    link.download = "map.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
})();
