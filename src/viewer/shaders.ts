// The three programs of the link layer, in GLSL ES 3.00. All take map coordinates to the screen by the same affine
// map, that of sigma's camera.

const PLACE = `
uniform vec2 origin;
uniform vec2 unitX;
uniform vec2 unitY;
uniform vec2 size;
vec4 place(vec2 at) {
  vec2 pixel = origin + at.x * unitX + at.y * unitY;
  return vec4(pixel.x / size.x * 2.0 - 1.0, 1.0 - pixel.y / size.y * 2.0, 0.0, 1.0);
}`;

/** Links as lines. */
export const LINK_VERTEX = `#version 300 es
in vec2 at;
${PLACE}
void main() { gl_Position = place(at); }`;

export const LINK_FRAGMENT = `#version 300 es
precision mediump float;
uniform vec4 colour;
out vec4 pixel;
void main() { pixel = vec4(colour.rgb * colour.a, colour.a); }`;

/**
 * Messages as points: where each is follows from \`now\` alone, so that a frame costs one uniform. Times are
 * milliseconds since the stretch began. A lost one stops half way.
 */
export const FLIGHT_VERTEX = `#version 300 es
in vec4 way;
in vec2 time;
in vec4 look;
uniform float now;
uniform float pointSize;
out vec4 shade;
flat out float lost;
${PLACE}
void main() {
  float passed = (now - time.x) / max(time.y - time.x, 0.001);
  lost = look.a;
  float along = lost > 0.5 ? passed * 0.5 : passed;
  gl_Position = passed < 0.0 || passed > 1.0 ? vec4(2.0, 2.0, 0.0, 1.0) : place(mix(way.xy, way.zw, along));
  gl_PointSize = lost > 0.5 ? pointSize * 1.8 : pointSize;
  shade = vec4(look.rgb, lost > 0.5 ? 1.0 - 0.5 * passed : 0.9);
}`;

/** Discs; crosses for what is lost. */
export const FLIGHT_FRAGMENT = `#version 300 es
precision mediump float;
in vec4 shade;
flat in float lost;
out vec4 pixel;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  bool inside = lost > 0.5
    ? min(abs(at.x - at.y), abs(at.x + at.y)) < 0.35
    : dot(at, at) < 1.0;
  if (!inside) discard;
  pixel = vec4(shade.rgb * shade.a, shade.a);
}`;

/** Marks around nodes that are not just active: ring, diamond, hollow disc, cross. */
export const MARK_VERTEX = `#version 300 es
in vec2 at;
in vec4 look;
uniform float pointSize;
out vec3 shade;
flat out float shape;
${PLACE}
void main() {
  gl_Position = place(at);
  gl_PointSize = look.a > 9.5 ? pointSize * 2.2 : pointSize;
  shade = look.rgb;
  shape = look.a;
}`;

export const MARK_FRAGMENT = `#version 300 es
precision mediump float;
in vec3 shade;
flat in float shape;
out vec4 pixel;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  float far = length(at);
  float thin = abs(abs(at.x) + abs(at.y) - 0.8);
  bool inside =
    shape > 10.5 ? far > 0.56 && far < 0.78 :
    shape > 9.5 ? far > 0.84 && far < 1.0 :
    shape > 2.5 ? min(abs(at.x - at.y), abs(at.x + at.y)) < 0.3 && far < 0.95 :
    shape > 1.5 ? far > 0.62 && far < 0.95 :
    shape > 0.5 ? thin < 0.2 :
    far > 0.72 && far < 0.98;
  if (!inside) discard;
  pixel = vec4(shade, 1.0);
}`;
