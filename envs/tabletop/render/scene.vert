#version 430
// Vertices are in their geom's frame; one instance a geom carries its pose, colour and id.

in vec3 in_position;
in vec3 in_normal;

in vec4 in_row0;  // rows of the geom's pose
in vec4 in_row1;
in vec4 in_row2;
in vec4 in_colour;  // linear; alpha is shine
in int in_id;

uniform vec3 eye;
uniform mat3 axes;  // columns: right, up, ahead
uniform vec4 lens;  // 1/tan x, 1/tan y (negated: row 0 is the top), depth scale, depth bias
uniform mat4 sun_clip;

out vec3 place;
out vec3 facing;
out vec3 in_sun;
out vec4 colour;
flat out int id;

void main() {
    vec4 local = vec4(in_position, 1.0);
    place = vec3(dot(in_row0, local), dot(in_row1, local), dot(in_row2, local));
    facing = vec3(
        dot(in_row0.xyz, in_normal), dot(in_row1.xyz, in_normal), dot(in_row2.xyz, in_normal));
    vec3 v = (place - eye) * axes;
    gl_Position = vec4(v.x * lens.x, v.y * lens.y, v.z * lens.z + lens.w, v.z);
    in_sun = (sun_clip * vec4(place + normalize(facing) * 0.008, 1.0)).xyz * 0.5 + 0.5;
    colour = in_colour;
    id = in_id;
}
