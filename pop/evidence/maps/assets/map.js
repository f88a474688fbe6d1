// Zoom and pan by keys, buttons, wheel, drag and two fingers, and the drawing as a picture. The page is whole without it.
(() => {
  const frame = document.querySelector(".frame"), svg = frame && frame.querySelector("svg.map");
  if (!svg) return;
  const whole = svg.getAttribute("viewBox").split(" ").map(Number), [, , W, H] = whole;
  let [x, y, w] = whole, drag = null, pinch = null, moved = false;
  const fingers = new Map();
  const show = () => {
    w = Math.min(W, Math.max(W / 24, w));
    const h = w * H / W;
    x = Math.min(W - w, Math.max(0, x));
    y = Math.min(H - h, Math.max(0, y));
    svg.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
    // The whole world lets a finger scroll the page; a part of it is moved by it.
    svg.style.touchAction = w < W ? "none" : "pan-y";
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
  svg.addEventListener("focusin", event => {
    if (w === W || event.target === svg) return;
    const seen = event.target.getBBox(), h = w * H / W;
    const cx = seen.x + seen.width / 2, cy = seen.y + seen.height / 2;
    if (cx > x && cx < x + w && cy > y && cy < y + h) return;
    x = cx - w / 2;
    y = cy - h / 2;
    show();
  });
  svg.addEventListener("wheel", event => {
    // Whoever only scrolls the page past the drawing goes on scrolling it.
    if (!event.ctrlKey && !svg.contains(document.activeElement)) return;
    event.preventDefault();
    // A notch of a wheel is a hundred, or three lines; two fingers on a pad send a few at a time, as with Ctrl.
    const turned = event.deltaY * (event.deltaMode ? 33 : 1), most = event.ctrlKey ? 25 : 100;
    zoom(1.2 ** (Math.max(-most, Math.min(most, turned)) / most), ...at(event));
  }, { passive: false });
  const between = () => {
    const [a, b] = [...fingers.values()];
    const middle = { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
    return [Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)), ...at(middle)];
  };
  svg.addEventListener("pointerdown", event => {
    if (event.pointerType === "touch") fingers.set(event.pointerId, event);
    if (fingers.size < 2) moved = false;
    pinch = fingers.size === 2 ? between() : null;
    drag = !pinch && w < W ? [event.clientX, event.clientY, x, y] : null;
  });
  svg.addEventListener("pointermove", event => {
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event);
    if (pinch && fingers.size === 2) {
      const [apart, cx, cy] = between(), h = w * H / W;
      x += (pinch[1] - cx) * w;
      y += (pinch[2] - cy) * h;
      zoom(pinch[0] / apart, cx, cy);
      pinch = [apart, cx, cy];
      moved = true;
      return;
    }
    if (!drag) return;
    const scale = w / svg.getBoundingClientRect().width;
    x = drag[2] - (event.clientX - drag[0]) * scale;
    y = drag[3] - (event.clientY - drag[1]) * scale;
    moved = moved || Math.abs(event.clientX - drag[0]) + Math.abs(event.clientY - drag[1]) > 4;
    show();
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, event => {
    fingers.delete(event.pointerId);
    drag = pinch = null;
  });
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
