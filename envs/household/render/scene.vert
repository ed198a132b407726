#version 430
// Vertices are in their body's frame (MuJoCo's axes); one instance a group carries its pose.
// Light is summed here and colours are kept under a gamma of 2, so that the fragment stage only
// multiplies.

in vec3 in_position;
in vec3 in_normal;    // (n + 1) / 2
in vec2 in_uv;
in vec4 in_colour;    // under gamma 2; alpha is opacity
in uvec4 in_surface;  // texture layer, shine, glows, unused

in vec4 in_row0;  // rows of the body's pose
in vec4 in_row1;
in vec4 in_row2;
in int in_id;

uniform vec3 eye;
uniform mat3 axes;        // columns: right, up, ahead
uniform vec4 lens;        // 1/tan x, 1/tan y (negated: row 0 is the top), depth scale, depth bias
uniform vec4 room;        // lower x, lower y, upper x, upper y
uniform vec4 lamp;        // the ceiling lamp's place; w: the room's height
uniform vec4 shade_map;   // world xy to the occlusion map: scale xy, bias xy

out vec3 shade;
out float gloss;
out vec2 uv;
out vec3 occlusion;  // map coordinates, height
flat out float opacity;
flat out int id;
flat out float layer;

vec3 light_at(vec3 p, vec3 n) {
    vec3 ambient = mix(vec3(0.46, 0.41, 0.37), vec3(0.66, 0.66, 0.68), n.z * 0.5 + 0.5);
    vec3 to_lamp = lamp.xyz - p;
    float far2 = dot(to_lamp, to_lamp);
    float facing = dot(n, to_lamp) * inversesqrt(far2);
    vec3 warm = vec3(0.52, 0.46, 0.38) * max(facing * 0.75 + 0.25, 0.0) / (0.75 + 0.11 * far2);
    float sun = max(dot(n, normalize(vec3(0.42, -0.55, 0.62))), 0.0);
    float fill = max(dot(n, normalize(vec3(-0.75, 0.35, 0.1))), 0.0);
    return ambient + warm + vec3(0.22, 0.21, 0.19) * sun + vec3(0.06, 0.08, 0.11) * fill;
}

// Corners of the room are a little darker.
float corner(vec3 p) {
    vec4 gap = vec4(p.xy - room.xy, room.zw - p.xy);
    vec4 dark = exp(-max(gap, 0.0) * 5.0);
    float low = exp(-max(p.z, 0.0) * 6.0), high = exp(-max(lamp.w - p.z, 0.0) * 4.0);
    return 1.0 - 0.16 * min(dark.x + dark.y + dark.z + dark.w, 1.6) - 0.10 * low - 0.14 * high;
}

void main() {
    vec4 local = vec4(in_position, 1.0);
    vec3 p = vec3(dot(in_row0, local), dot(in_row1, local), dot(in_row2, local));
    vec3 facing = in_normal * 2.0 - 1.0;
    vec3 n = vec3(dot(in_row0.xyz, facing), dot(in_row1.xyz, facing), dot(in_row2.xyz, facing));
    vec3 v = (p - eye) * axes;
    gl_Position = vec4(v.x * lens.x, v.y * lens.y, v.z * lens.z + lens.w, v.z);
    id = in_id;
    opacity = in_colour.a;
    uv = in_uv;
    layer = float(in_surface.x);
    occlusion = vec3((p.xy + n.xy * 0.07) * shade_map.xy + shade_map.zw, p.z + n.z * 0.05);
    if (in_surface.z != 0u) {
        shade = in_colour.rgb;
        gloss = 0.0;
        occlusion.z = 100.0;
    } else {
        vec3 light = light_at(p, n) * corner(p);
        shade = in_colour.rgb * sqrt(light);
        vec3 half_way = normalize(normalize(lamp.xyz - p) + normalize(eye - p));
        float shine = float(in_surface.y) / 255.0;
        gloss = shine * 0.9 * pow(max(dot(n, half_way), 0.0), 28.0);
    }
}
